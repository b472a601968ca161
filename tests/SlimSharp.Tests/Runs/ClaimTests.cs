using System.Collections.Immutable;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleClaims;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Claims that were written before the runs, tested on their results.</summary>
public class ClaimTests
{
    [Fact]
    public void What_all_seeds_say_is_confirmed_and_its_opposite_refuted()
    {
        var tests = Test(
            Results(seed => 2 + 0.1 * seed),
            ClaimThat("less lost", Holds("loss", "less")),
            ClaimThat("more lost", Holds("loss", "more")),
            ClaimThat("within noise", Holds("accuracy", "equal")),
            ClaimThat("as many", Holds("parameters", "equal") + ", " + Holds("macs", "equal"))
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
            ClaimThat("both", Holds("parameters", "less") + ", " + Holds("accuracy", "more")),
            ClaimThat("one", Holds("parameters", "less"))
        );
        Assert.Equal([Verdict.Undecided, Verdict.Confirmed], tests.Select(t => t.Verdict));
        Assert.Equal(-10, tests[1].Tests[0].Difference!.Spread.Mean, 9);
        Assert.Equal(tests[0].Tests.Max(t => t.ByChance), tests[0].ByChance);
    }

    [Fact]
    public void Any_measure_can_be_claimed_of_with_a_margin_of_its_own()
    {
        var results = Results(seed => 2 + 0.1 * seed);
        results = results with
        {
            Results = results.Results.ToImmutableSortedDictionary(
                r => r.Key,
                r =>
                    r.Value with
                    {
                        Test = r.Value.Test.Add("error", 1 - r.Value.Accuracy).Add("agreement", r.Value.Accuracy),
                    }
            ),
        };
        ClaimTest[] Of(string head, params string[] claims) => [.. Page(head + string.Concat(claims), results).Tests];
        var head = Head.Replace(
            "cost-margin",
            "margins = { error = 0.001, agreement = 0.5 }\ncost-margin",
            StringComparison.Ordinal
        );
        var tests = Of(
            head,
            ClaimThat("1", Holds("error", "less")),
            ClaimThat("2", Holds("agreement lost", "less")),
            ClaimThat("3", Holds("error", "equal"))
        );
        Assert.Equal([Verdict.Confirmed, Verdict.Confirmed, Verdict.Refuted], tests.Select(t => t.Verdict));
        Assert.Equal(-0.0245, tests[0].Tests[0].Difference!.Spread.Mean, 9); // in its own unit
        Assert.Equal(-2.45, tests[1].Tests[0].Difference!.Spread.Mean, 9); // in points
        Assert.Equal(0.001, tests[2].Tests[0].Margin);
        string Said(string measure) =>
            Assert.Throws<RunException>(() => Of(head, ClaimThat("1", Holds(measure, "less")))).Message;
        Assert.Contains(
            "measured no 'acuracy', which a claim is about; it measured accuracy, agreement, error",
            Said("acuracy")
        );
        Assert.Contains(
            "of which no margin is given",
            Assert.Throws<RunException>(() => Of(Head, ClaimThat("1", Holds("error", "at most")))).Message
        );
        Assert.Throws<RunException>(() => Of(head, ClaimThat("1", Holds("", "less"))));
    }

    [Fact]
    public void A_claim_may_say_by_how_much_and_how_many_times()
    {
        string More(string rest) => Holds("accuracy", "more").Replace(" }", $", {rest} }}", StringComparison.Ordinal);
        string Than(string relation) => Holds("accuracy", relation);
        var tests = Test(
            Results(_ => -0.4), // about 60 % after the cut
            ClaimThat("by what it has", Holds("loss", "more").Replace(" }", ", by = 0.3 }", StringComparison.Ordinal)),
            ClaimThat("by too much", Holds("loss", "more").Replace(" }", ", by = 0.5 }", StringComparison.Ordinal)),
            ClaimThat("times", More("times = 0.9")),
            ClaimThat("too many times", More("times = 1.1")),
            ClaimThat("at least", Than("at least")),
            ClaimThat("at most", Than("at most"))
        );
        Assert.Equal(
            [
                Verdict.Confirmed,
                Verdict.Refuted,
                Verdict.Confirmed,
                Verdict.Refuted,
                Verdict.Confirmed,
                Verdict.Confirmed,
            ],
            tests.Select(t => t.Verdict)
        );
        Assert.Equal(60.45 - 0.4 - 0.9 * 60.45, tests[2].Tests[0].Difference!.Spread.Mean, 9);
        Assert.Equal(
            [Verdict.Refuted, Verdict.Confirmed],
            Test(Results(_ => -0.6), ClaimThat("at least", Than("at least")), ClaimThat("at most", Than("at most")))
                .Select(t => t.Verdict)
        );
        foreach (var none in (string[])["by = -1", "times = 0", "times = -2"])
            Assert.Contains(
                "must be",
                Assert.Throws<RunException>(() => Test(Results(_ => 1), ClaimThat("none", More(none)))).Message
            );
        var page = Page(Head + ClaimThat("1", More("times = 1.5, by = 2")), Results(_ => 1)).Write("command", "p");
        Assert.Contains("accuracy: tl1 > 1.5 × l1, by 2", page);
    }

    [Fact]
    public void A_claim_may_compare_settings_beside_cases()
    {
        // At a ratio of 0.5 tl1 is a point worse than the mean, at 0.3 one better.
        string At(string rest) => Holds("accuracy", "more").Replace(" }", $", {rest} }}", StringComparison.Ordinal);
        var results = Results(_ => 0.5);
        var tests = Test(
            results,
            ClaimThat("one ratio", At("at = { ratio = \"0.3\" }")),
            ClaimThat("two ratios", At("at = { ratio = \"0.3\" }, than-at = { ratio = \"0.5\" }")),
            ClaimThat(
                "one case",
                "{ measure = \"accuracy\", stage = \"cut\", of = \"tl1\", is = \"more\", than = \"tl1\", at = { ratio = \"0.3\" }, than-at = { ratio = \"0.5\" } }"
            )
        );
        Assert.Equal([1.5, 1.5, 2], tests.Select(t => Math.Round(t.Tests[0].Difference!.Spread.Mean, 9)));
        Assert.All(tests, t => Assert.Equal((Verdict.Confirmed, Seeds), (t.Verdict, t.Tests[0].Planned)));
        string Said(string rest) => Assert.Throws<RunException>(() => Test(results, ClaimThat("1", At(rest)))).Message;
        Assert.Contains(
            "compares 'l1' with itself",
            Assert
                .Throws<RunException>(() =>
                    Test(
                        results,
                        ClaimThat("1", Holds("accuracy", "more").Replace("tl1", "l1", StringComparison.Ordinal))
                    )
                )
                .Message
        );
        Assert.Contains("has no run with ratio = 0.4", Said("at = { ratio = \"0.4\" }"));
        Assert.Contains("ratio = 0.3, ratio = 0.5", Said("than-at = { cut = \"other\" }"));
        Assert.Contains(
            "accuracy: tl1, ratio 0.3 > l1, ratio 0.5",
            Page(Head + ClaimThat("1", At("at = { ratio = \"0.3\" }, than-at = { ratio = \"0.5\" }")), results)
                .Write("command", "p")
        );
    }

    [Fact]
    public void Small_differences_are_within_noise()
    {
        var test = Test(Results(seed => 0.04 * (seed - 4)), ClaimThat("same", Holds("accuracy", "equal"))).Single();
        Assert.Equal(Verdict.Confirmed, test.Verdict);
        Assert.Equal(1.0 / 256, test.ByChance, 12);
    }

    [Fact]
    public void Nothing_is_decided_before_all_seeds_are_finished()
    {
        var test = Test(Results(seed => 2 + 0.1 * seed, finished: 7), ClaimThat("less", Holds("loss", "less")))
            .Single();
        Assert.False(test.IsComplete);
        Assert.Equal(Verdict.Undecided, test.Verdict);
        Assert.Equal(7, test.Tests[0].Difference!.Differences.Count);
    }

    /// <summary>Here per seed and ratio: two numbers of a seed, which the ratios set two points apart.</summary>
    [Fact]
    public void Numbers_are_taken_per_what_the_sweep_names()
    {
        string Per(string settings) => $"{Head}\nper = [{settings}]{ClaimThat("1", Holds("accuracy", "more"))}";
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
        var test = Test(results, ClaimThat("1", Holds("loss", "less"))).Single();
        Assert.Equal((Verdict.Undecided, 1), (test.Verdict, test.Tests.Single().Planned));
    }

    /// <summary>
    /// Against the p-values themselves: no outcome of fewer seeds can be confirmed, and one of as many as are said to
    /// be needed is.
    /// </summary>
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
                        r => new SweepResult
                        {
                            Test = Measured.Accuracy(r.Stage == "cut" && r.Settings["case"] == "l1" ? 0.5 : 0.9),
                        }
                    ),
            };
        }
        string[] all = [.. Enumerable.Range(1, claims).Select(i => ClaimThat($"{i}", Holds("loss", "less")))];
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

    [Theory]
    [InlineData("", "'claim' is missing", "")]
    [InlineData("\n[[claim]]\nname = \"x\"\ntext = \"y\"\nsweep = \"b\"\nholds = []", "which is not listed", "")]
    [InlineData(
        "\n[[claim]]\nname = \"x\"\ntext = \"y\"\nsweep = \"a\"\nholds = [{ measure = \"\" }]",
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
        var claim = ClaimThat("x", Holds("loss", "less").Replace("tl1", "mcp"));
        Assert.Contains("no case 'mcp'", Assert.Throws<RunException>(() => Test(Results(_ => 1), claim)).Message);
    }
}
