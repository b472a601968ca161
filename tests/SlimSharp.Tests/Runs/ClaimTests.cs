using System.Collections.Immutable;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Claims that were written before the runs, tested on their results.</summary>
public class ClaimTests
{
    private const int Seeds = 8;

    private const string Sweep = """
        name = "small"
        [[stage]]
        command = "train"
        case = [{ name = "l1", penalty = "l1", lambda = 1 }, { name = "tl1", penalty = "tl1:a=1", lambda = 1 }]
        [stage.grid]
        seed = [1, 2, 3, 4, 5, 6, 7, 8]
        [[stage]]
        name = "cut"
        command = "prune"
        [stage.grid]
        ratio = [0.3, 0.5]
        """;

    private const string Head = """
        title = "t"
        accuracy-margin = 0.5
        cost-margin = 2
        significance = 0.05
        [[sweep]]
        name = "a"
        title = "A"
        results = "a.json"
        """;

    private static string Claim(string name, string holds) =>
        $"\n[[claim]]\nname = \"{name}\"\ntext = \"x\"\nsweep = \"a\"\nholds = [{holds}]";

    private static string Holds(string measure, string relation) =>
        $"{{ measure = \"{measure}\", stage = \"cut\", of = \"tl1\", is = \"{relation}\", than = \"l1\" }}";

    /// <summary>Transformed l1 is better by points after the cut, per seed, and needs that share of the parameters.</summary>
    private static SweepResults Results(Func<int, double> points, double parameters = 1, int finished = Seeds)
    {
        var plan = SweepFile.Read(Write(Sweep));
        SweepResult Of(SweepRun run)
        {
            var seed = int.Parse(run.Settings["seed"]);
            var (isCut, isBetter) = (run.Stage == "cut", run.Settings["case"] == "tl1");
            // The ratios differ by a point either way, which averages out.
            var ratio = isCut && isBetter ? (run.Settings["ratio"] == "0.3" ? 0.01 : -0.01) : 0;
            return new()
            {
                Accuracy =
                    0.8 + 0.001 * seed - (isCut ? 0.2 : 0) + ratio + (isCut && isBetter ? points(seed) / 100 : 0),
                Parameters = isBetter ? (long)(1000 * parameters) : 1000,
                Macs = 500,
                Classes = 10,
            };
        }
        return new()
        {
            Plan = plan,
            Results = plan.Expand()
                .Where(r => int.Parse(r.Settings["seed"]) <= finished)
                .ToImmutableSortedDictionary(r => r.Number, Of),
        };
    }

    private static IReadOnlyList<ClaimTest> Test(SweepResults results, params string[] claims) =>
        ClaimTest.All(
            ClaimFile.Read(Write(Head + string.Concat(claims), "claims.toml")),
            new Dictionary<string, SweepResults> { ["a"] = results }
        );

    [Fact]
    public void What_all_seeds_say_is_confirmed_and_its_opposite_refuted()
    {
        var tests = Test(
            Results(seed => 2 + 0.1 * seed),
            Claim("less lost", Holds("loss", "less")),
            Claim("more lost", Holds("loss", "more")),
            Claim("within noise", Holds("accuracy", "equal")),
            Claim("as many", Holds("parameters", "equal") + ", " + Holds("macs", "equal"))
        );
        Assert.Equal(
            [Verdict.Confirmed, Verdict.Refuted, Verdict.Refuted, Verdict.Confirmed],
            tests.Select(t => t.Verdict)
        );
        var first = tests[0].Tests.Single();
        Assert.Equal(-2.45, first.Difference!.Spread.Mean, 9);
        Assert.Equal(Seeds, first.Difference.Differences.Count);
        Assert.Equal(1.0 / 256, tests[0].ByChance, 12);
        Assert.Equal(4.0 / 256, tests[0].Adjusted, 12); // of four claims
    }

    [Fact]
    public void A_claim_holds_only_with_all_of_its_inequalities()
    {
        var tests = Test(
            Results(seed => seed % 2 == 0 ? 1 : -0.9, parameters: 0.9),
            Claim("both", Holds("parameters", "less") + ", " + Holds("accuracy", "more")),
            Claim("one", Holds("parameters", "less"))
        );
        Assert.Equal([Verdict.Undecided, Verdict.Confirmed], tests.Select(t => t.Verdict));
        Assert.Equal(-10, tests[1].Tests[0].Difference!.Spread.Mean, 9);
        Assert.Equal(tests[0].Tests.Max(t => t.ByChance), tests[0].ByChance);
    }

    [Fact]
    public void Small_differences_are_within_noise()
    {
        var test = Test(Results(seed => 0.04 * (seed - 4)), Claim("same", Holds("accuracy", "equal"))).Single();
        Assert.Equal(Verdict.Confirmed, test.Verdict);
        Assert.Equal(1.0 / 256, test.ByChance, 12);
    }

    [Fact]
    public void Nothing_is_decided_before_all_seeds_are_finished()
    {
        var test = Test(Results(seed => 2 + 0.1 * seed, finished: 7), Claim("less", Holds("loss", "less"))).Single();
        Assert.False(test.IsComplete);
        Assert.Equal(Verdict.Undecided, test.Verdict);
        Assert.Equal(7, test.Tests[0].Difference!.Differences.Count);
    }

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
                    Accuracy = 0.8,
                    Scales = [.. scales],
                }
                : r.Value with
                {
                    Accuracy = runs[r.Key - 1].Settings["ratio"] == "0.3" ? 0.8 : 0.2,
                };
        var measured = results with { Results = results.Results.ToImmutableSortedDictionary(r => r.Key, With) };
        var page = Page(Head + Claim("1", Holds("loss", "less")), measured);
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
        var renamed = results with
        {
            Plan = results.Plan with { Stages = [stages[0], stages[1] with { Name = name }] },
        };
        var quoted = System.Text.Json.JsonSerializer.Serialize(name);
        var text = (Head + Claim("1", Holds("loss", "less")))
            .Replace("\"cut\"", quoted)
            .Replace("name = \"a\"", $"name = {quoted}")
            .Replace("sweep = \"a\"", $"sweep = {quoted}");
        var page = new ClaimPage(
            ClaimFile.Read(Write(text, "claims.toml")),
            new Dictionary<string, SweepResults> { [name] = renamed },
            new Dictionary<string, SweepResults>(),
            path => path
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
                    $"{Head}\nagainst = \"{name}\"{Claim("1", Holds("loss", "less"))}",
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

    /// <summary>Here per seed and ratio: two numbers of a seed, which the ratios set two points apart.</summary>
    [Fact]
    public void Numbers_are_taken_per_what_the_sweep_names()
    {
        string Per(string settings) => $"{Head}\nper = [{settings}]{Claim("1", Holds("accuracy", "more"))}";
        var page = Page(Per("\"seed\", \"ratio\""), Results(_ => 2, finished: 7));
        var test = page.Tests.Single().Tests.Single();
        Assert.Equal((14, 16), (test.Difference!.Differences.Count, test.Planned));
        Assert.Equal([1.0, 3.0], test.Difference.Differences.Select(d => Math.Round(d, 9)).Distinct().Order());
        Assert.Contains("per seed (on A per seed and ratio, averaged over all else).", page.Write("command", "p"));
        Assert.Contains("'data'", Assert.Throws<RunException>(() => Page(Per("\"data\""), Results(_ => 2))).Message);
    }

    [Fact]
    public void Without_seeds_there_is_one_number_and_nothing_is_decided()
    {
        var results = new SweepResults
        {
            Plan = SweepFile.Read(
                Write(Sweep.Replace("seed = [1, 2, 3, 4, 5, 6, 7, 8]", "", StringComparison.Ordinal))
            ),
            Results = ImmutableSortedDictionary<int, SweepResult>.Empty,
        };
        var test = Test(results, Claim("1", Holds("loss", "less"))).Single();
        Assert.Equal((Verdict.Undecided, 1), (test.Verdict, test.Tests.Single().Planned));
    }

    [Fact]
    public void Remarks_stand_beside_what_the_runs_recorded()
    {
        var claims = Head + Claim("1", Holds("loss", "less"));
        var text = Page($"remarks = [\"One.\", \"Two.\"]\n{claims}").Write("command", "pictures");
        Assert.Contains("which nothing here checks:\n\n* One.\n* Two.\n", text);
        Assert.DoesNotContain("older than", text); // nothing shows that
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))
        );

    [Fact]
    public void The_page_says_of_which_runs_the_claims_are_older_and_of_which_nothing_is_known()
    {
        var claims = Head + Claim("1", Holds("loss", "less"));
        string Text(Func<int, string?> started, bool noted = true)
        {
            var results = Results(_ => 1);
            return Page(
                    claims,
                    results with
                    {
                        Results = results.Results.ToImmutableSortedDictionary(
                            r => r.Key,
                            r => r.Value with { Start = noted ? new(DateTime.UtcNow, started(r.Key)) : null }
                        ),
                    }
                )
                .Write("command", "pictures");
        }
        Assert.Contains($"its SHA-256 is `{Hash(claims)}`", Text(_ => null));
        var all = Text(_ => Hash(claims));
        Assert.Contains("All 48 finished runs started when the file already was, byte for byte, what it is now", all);
        Assert.DoesNotContain("nothing here shows", all);
        foreach (var none in (string[])[Text(_ => null), Text(_ => null, noted: false)])
        {
            Assert.Contains("All 48 finished runs recorded no file of claims", none);
            Assert.DoesNotContain("are older", none);
        }
        var edited = Text(_ => Hash(claims + " "));
        Assert.Contains("All 48 finished runs started with other content in it", edited);
        var mixed = Text(n =>
            n <= 16 ? Hash(claims)
            : n == 17 ? "another"
            : null
        );
        Assert.Contains("16 of 48 finished runs started when", mixed);
        Assert.Contains("1 of 48 finished runs started with other", mixed);
        Assert.Contains("31 of 48 finished runs recorded no", mixed);
    }

    /// <summary>Against the p-values themselves: no outcome of fewer seeds can be confirmed, and one of as many as are said to be needed is.</summary>
    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 4)]
    [InlineData(1, 5)]
    [InlineData(3, 5)]
    [InlineData(3, 6)]
    [InlineData(9, 7)]
    [InlineData(9, 8)]
    public void The_page_says_how_many_seeds_a_claim_would_need(int claims, int seeds)
    {
        SweepResults Best(int n)
        {
            var results = Results(_ => 2, finished: n);
            var stages = results.Plan.Stages;
            var grid = stages[0].Grid.SetItem("seed", [.. Enumerable.Range(1, n).Select(i => $"{i}")]);
            var plan = results.Plan with { Stages = stages.SetItem(0, stages[0] with { Grid = grid }) };
            return new()
            {
                Plan = plan,
                Results = plan.Expand()
                    .ToImmutableSortedDictionary(
                        r => r.Number,
                        r => new SweepResult { Accuracy = r.Stage == "cut" && r.Settings["case"] == "l1" ? 0.5 : 0.9 }
                    ),
            };
        }
        string[] all = [.. Enumerable.Range(1, claims).Select(i => Claim($"{i}", Holds("loss", "less")))];
        var test = Test(Best(seeds), all)[0];
        var isEnough = claims * Math.Pow(2, -seeds) <= 0.05;
        Assert.Equal(isEnough, test.Verdict == Verdict.Confirmed);
        Assert.Equal(isEnough, test.SeedsNeeded is null);
        if (test.SeedsNeeded is not { } needed)
            return;
        // The others are no better off, so that this one's p-value is the least and is corrected for all.
        Assert.True(claims * Math.Pow(2, -needed) <= 0.05 && claims * Math.Pow(2, 1 - needed) > 0.05);
        Assert.Contains(
            $"Claim 1 cannot be confirmed, whatever its runs show: {seeds} seeds are too few for the exact test at this significance, {needed} would do.",
            Page(Head + string.Concat(all), Best(seeds)).Write("command", "p")
        );
        Assert.Equal(Verdict.Confirmed, Test(Best(claims == 1 ? needed : 10), all)[0].Verdict);
    }

    [Fact]
    public void The_page_is_written_in_html_with_its_pictures_and_no_markup_of_others()
    {
        const string Hostile = "<script>alert(1)</script> & | `c` **b**";
        var text = Page(
                Head.Replace("title = \"A\"", $"title = \"{Hostile}\"")
                    + Claim("<img src=x>", Holds("loss", "less")).Replace("\"x\"", $"\"{Hostile}\""),
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
            Page(Head + Claim("1", Holds("loss", "less")), Results(_ => 1)).WriteHtml("c").Split("<table>").Length,
            Page(Head + Claim("1", Holds("loss", "less")), Results(_ => 1)).Write("c", "p").Split("\n|---|").Length
        );
    }

    [Theory]
    [InlineData("claims.pdf")]
    [InlineData("claims")]
    public async Task A_page_in_another_format_is_refused(string name)
    {
        var claims = Write(Head + Claim("1", Holds("loss", "less")), "claims.toml");
        var page = Path.Combine(Path.GetDirectoryName(claims)!, name);
        var (code, _, error) = await Cli.Slim.Run("sweep", "claims", claims, "--out", page);
        Assert.Equal(2, code);
        Assert.Contains("let its name end in .html or .md", error);
        Assert.False(File.Exists(page));
    }

    [Fact]
    public void Every_run_records_the_claims_as_they_are_when_it_first_starts()
    {
        var claims = Write(Head + Claim("1", Holds("loss", "less")), "claims.toml");
        var description = Path.Combine(Path.GetDirectoryName(claims)!, "sweep.toml");
        File.WriteAllText(
            description,
            "claims = \"claims.toml\"\n" + Sweep.Replace("ratio = [0.3, 0.5]", "ratio = [0.3]")
        );
        var path = Path.Combine(Machine.Folder(), "deep", "sweep");
        var folder = SweepFolder.Create(path, SweepFile.Read(description));
        Assert.Equal(
            folder.Plan,
            SweepFolder.Create(path, SweepFile.Read(description)).Plan with
            {
                Stages = folder.Plan.Stages,
            }
        );
        var first = ClaimFile.Read(claims).Hash;
        Assert.Equal(first, folder.ClaimsHash);
        var interrupted = true;
        var worker = new SweepWorker(
            SweepFolder.Open(path),
            (run, attempt, _, _) => run.Number == 2 && interrupted ? new(SweepState.Stopped) : Cases(attempt)
        );
        static SweepOutcome Cases(string attempt) => Succeed(attempt);
        worker.Work(folder[1], default);
        Assert.Equal(SweepState.Stopped, worker.Work(folder[2], default));
        File.AppendAllText(claims, "# changed\n");
        interrupted = false;
        worker.Work(folder[2], default);
        worker.Work(folder[3], default);
        File.Delete(claims);
        worker.Work(folder[4], default);
        var results = SweepResults.Of(folder).Results;
        Assert.Equal(first, results[1].Start!.Claims);
        Assert.Equal(first, results[2].Start!.Claims); // begun before, and gone on with
        Assert.NotEqual(first, results[3].Start!.Claims);
        Assert.NotNull(results[3].Start!.Claims);
        Assert.Null(results[4].Start!.Claims);
    }

    private static ClaimPage Page(string claims, SweepResults? results = null) =>
        new(
            ClaimFile.Read(Write(claims, "claims.toml")),
            results is null ? new Dictionary<string, SweepResults>() : new() { ["a"] = results },
            new Dictionary<string, SweepResults>(),
            p => p
        );

    [Theory]
    [InlineData("", "claim", "JSON deserialization")]
    [InlineData("\n[[claim]]\nname = \"x\"\ntext = \"y\"\nsweep = \"b\"\nholds = []", "which is not listed", "")]
    [InlineData(
        "\n[[claim]]\nname = \"x\"\ntext = \"y\"\nsweep = \"a\"\nholds = [{ measure = \"speed\" }]",
        "cannot be read as claims",
        "measure"
    )]
    public void Wrong_claims_are_told_in_a_sentence(string text, string part, string other)
    {
        var path = Write(Head + text, "claims.toml");
        var message = Assert.Throws<RunException>(() => ClaimFile.Read(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(part, message);
        Assert.Contains(other, message);
    }

    [Fact]
    public void A_claim_about_a_case_that_nobody_runs_is_told()
    {
        var claim = Claim("x", Holds("loss", "less").Replace("tl1", "mcp"));
        Assert.Contains("no case 'mcp'", Assert.Throws<RunException>(() => Test(Results(_ => 1), claim)).Message);
    }
}
