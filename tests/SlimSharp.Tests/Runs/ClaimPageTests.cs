using System.Collections.Immutable;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleClaims;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>What the page of claims shows, and how it is written.</summary>
public class ClaimPageTests
{
    [Fact]
    public void The_page_says_what_cuts_kept_by_how_far_they_went_beyond_small_scales()
    {
        var results = Results(_ => 0);
        var runs = results.Plan.Expand();
        // 45 of 100 scales are below 0.01, in the last bin below it; a cut of 0.3 keeps all, one of 0.5 a quarter.
        var scales = new int[42];
        (scales[23], scales[24]) = (45, 55);
        SweepResult With(KeyValuePair<int, SweepResult> r) =>
            runs[r.Key - 1].Stage == "train"
                ? r.Value with
                {
                    Test = Measured.Accuracy(0.8),
                    Scales = [.. scales],
                }
                : r.Value with
                {
                    Test = Measured.Accuracy(runs[r.Key - 1].Settings["ratio"] == "0.3" ? 0.8 : 0.2),
                };
        var measured = results with { Results = results.Results.ToImmutableSortedDictionary(r => r.Key, With) };
        var page = Page(Head + ClaimThat("1", Holds("loss", "less")), measured);
        var text = page.Write("command", "pictures");
        Assert.Contains("| no further | 16 | 100 % | 100 % |", text);
        Assert.Contains("| up to 10 % of all channels further | 16 | 25 % | 25 % |", text);
        Assert.Contains("| more than 20 % further | 0 |  |  |", text);
        Assert.Contains("(pictures/a-depth.svg)", text);
        Assert.Equal(2 * 16, page.Pictures["a-depth.svg"].Split("<circle").Length - 1);
    }

    [Theory]
    [InlineData("../../elsewhere")]
    [InlineData("/etc/x")]
    [InlineData("a b\u001b[31m")]
    public void Pictures_lie_in_their_folder_whatever_sweeps_and_stages_are_called(string name)
    {
        var results = Results(_ => 0);
        var stages = results.Plan.Stages;
        var stage = string.Concat(name.Where(c => !char.IsControl(c))); // plans with such characters are refused
        var renamed = results with
        {
            Plan = results.Plan with { Stages = [stages[0], stages[1] with { Name = stage }] },
        };
        var quoted = System.Text.Json.JsonSerializer.Serialize(name);
        var text = (Head + ClaimThat("1", Holds("loss", "less")))
            .Replace("\"cut\"", System.Text.Json.JsonSerializer.Serialize(stage))
            .Replace("name = \"a\"", $"name = {quoted}")
            .Replace("sweep = \"a\"", $"sweep = {quoted}");
        var page = new ClaimPage(
            ClaimFile.Read(Write(text, "claims.toml")),
            new Dictionary<string, SweepResults> { [name] = renamed },
            new Dictionary<string, SweepResults>(),
            new(path => path, path => path, (path, _) => path, path => path)
        );
        page.Write("command", "pictures");
        Assert.NotEmpty(page.Pictures);
        Assert.All(page.Pictures.Keys, file => Assert.Matches(@"^[A-Za-z0-9._-]+\.svg\z", file));
    }

    [Fact]
    public void The_page_compares_every_case_with_the_one_that_is_named()
    {
        string Against(string name) =>
            Page(
                    $"{Head}\nagainst = \"{name}\"{ClaimThat("1", Holds("loss", "less"))}",
                    Results(seed => 2 + 2 * (seed % 2))
                )
                .Write("command", "pictures");
        var text = Against("l1");
        Assert.Contains("| after |  | tl1 |\n", text);
        Assert.Contains("| train |  | 0.0 ± 0.0 |\n", text);
        // Eight differences of 2 and 4 and a point for the ratio; half of the interval is Student's 2.3646 over √7.
        Assert.Contains("| cut | ratio 0.3 | +4.0 ± 0.9 |\n", text);
        Assert.Contains("| cut | ratio 0.5 | +2.0 ± 0.9 |\n", text);
        Assert.Contains("case = mcp", Assert.Throws<RunException>(() => Against("mcp")).Message);
    }

    [Fact]
    public void The_page_is_written_in_html_with_its_pictures_and_no_markup_of_others()
    {
        const string Hostile = "<script>alert(1)</script> & | `c` **b**";
        var text = Page(
                Head.Replace("title = \"A\"", $"title = \"{Hostile}\"")
                    + ClaimThat("<img src=x>", Holds("loss", "less")).Replace("\"x\"", $"\"{Hostile}\""),
                Results(seed => 2 + 0.1 * seed)
            )
            .WriteHtml("command <b>");
        Assert.StartsWith("<!doctype html>", text);
        Assert.DoesNotContain("<script", text);
        Assert.DoesNotContain("<img", text);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; | <code>c</code> <b>b</b>", text);
        Assert.Contains("<svg", text);
        Assert.DoesNotContain("src=\"", text);
        Assert.Contains("<h2>Answers</h2>", text);
        // Every table, and every cell, of the page in Markdown.
        Assert.Equal(
            Page(Head + ClaimThat("1", Holds("loss", "less")), Results(_ => 1)).WriteHtml("c").Split("<table>").Length,
            Page(Head + ClaimThat("1", Holds("loss", "less")), Results(_ => 1)).Write("c", "p").Split("\n|---|").Length
        );
    }

    [Theory]
    [InlineData("claims.pdf")]
    [InlineData("claims")]
    public async Task A_page_in_another_format_is_refused(string name)
    {
        var claims = Write(Head + ClaimThat("1", Holds("loss", "less")), "claims.toml");
        var page = Path.Combine(Path.GetDirectoryName(claims)!, name);
        var (code, _, error) = await Cli.Slim.Run("sweep", "claims", claims, "--out", page);
        Assert.Equal(2, code);
        Assert.Contains("let its name end in .html or .md", error);
        Assert.False(File.Exists(page));
    }
}
