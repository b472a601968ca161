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
    public void Remarks_stand_beside_how_it_is_decided()
    {
        string Text(string claims) => Page(claims).Write("command", "pictures").TrimEnd();
        var claims = Head + Claim("1", Holds("loss", "less"));
        Assert.EndsWith("which is older than the runs it names.", Text(claims));
        Assert.EndsWith("said here.\n\n* One.\n* Two.", Text($"remarks = [\"One.\", \"Two.\"]\n{claims}"));
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
