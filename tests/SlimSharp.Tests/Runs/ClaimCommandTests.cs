using System.Collections.Immutable;
using SlimSharp.Runs;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Runs;

/// <summary>Claims on the command line, with results and without.</summary>
[Collection(nameof(Alone))]
public class ClaimCommandTests
{
    private const string Claims = """
        title = "t"
        accuracy-margin = 0.5
        cost-margin = 2
        significance = 0.05
        sweep = [{ name = "a", title = "A", results = "a.json" }, { name = "b", title = "B", results = "deep/b.json" }]
        [[claim]]
        name = "1"
        text = "x"
        sweep = "a"
        holds = [{ measure = "accuracy", stage = "train", of = "x", is = "less", than = "y" }]
        [[claim]]
        name = "2"
        text = "x"
        sweep = "b"
        holds = [{ measure = "accuracy", stage = "train", of = "x", is = "less", than = "y" }]
        """;

    private const string Sweep = """
        [[stage]]
        command = "train"
        case = [{ name = "x", penalty = "l1", lambda = 1 }, { name = "y", penalty = "l1", lambda = 2 }]
        [stage.options]
        model = "vgg11"
        data = "images"
        [stage.grid]
        seed = [1, 2]
        """;

    [Fact]
    public async Task Missing_results_are_named_with_what_to_do_and_told_in_the_exit_code()
    {
        var claims = SampleSweep.Write(Claims, "claims.toml");
        var page = Path.Combine(Path.GetDirectoryName(claims)!, "page.md");
        var (a, b) = (Beside("a.json"), Beside("deep/b.json"));
        string Beside(string name) =>
            Path.GetRelativePath(".", Path.Combine(Path.GetDirectoryName(claims)!, name)).Replace('\\', '/');

        var (code, _, error) = await Slim.Run("sweep", "claims", claims, "--out", page);
        Assert.Equal(2, code);
        foreach (var file in (string[])[a, b])
            Assert.Contains($"slim sweep collect DIR --out {file}", error);
        Assert.Single(error.Trim().Split('\n'));
        Assert.False(File.Exists(page));

        Collect(a);
        (code, var said, error) = await Slim.Run("sweep", "claims", claims, "--out", page);
        Assert.Equal((1, ""), (code, error));
        Assert.Contains($"names '{b}' for the results of 'b', and there is no such file", said);
        Assert.DoesNotContain($"'{a}'", said);
        Assert.Contains("Nothing was tested on B: its results,", await File.ReadAllTextAsync(page));

        Collect(b);
        (code, said, error) = await Slim.Run("sweep", "claims", claims, "--out", page);
        Assert.Equal((0, ""), (code, error));
        Assert.DoesNotContain("there is no such file", said);
        Assert.DoesNotContain("Nothing was tested", await File.ReadAllTextAsync(page));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sweep_whose_claims_are_not_there_is_not_planned(bool described)
    {
        var sweep = SampleSweep.Write((described ? "claims = \"none.toml\"\n" : "") + Sweep);
        var folder = Path.GetDirectoryName(sweep)!;
        var (none, plan) = (Path.Combine(folder, "none.toml"), Path.Combine(folder, "plan"));
        string[] more = described ? [] : ["--claims", none];
        var (code, _, error) = await Slim.Run(["sweep", "plan", sweep, "--out", plan, .. more]);
        Assert.Equal(2, code);
        Assert.Contains($"'{none}', which {(described ? sweep : "--claims")} names", error);
        Assert.False(Directory.Exists(plan));
    }

    private static void Collect(string path)
    {
        var plan = SweepFile.Read(SampleSweep.Write(Sweep));
        new SweepResults
        {
            Plan = plan,
            Results = plan.Expand()
                .ToImmutableSortedDictionary(
                    r => r.Number,
                    r => new SweepResult
                    {
                        Test = Measured.Accuracy(0.5 + 0.01 * r.Number),
                        Parameters = 100,
                        Macs = 1000,
                        Classes = 10,
                    }
                ),
        }.Write(path);
    }
}
