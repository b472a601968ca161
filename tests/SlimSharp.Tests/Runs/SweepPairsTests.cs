using System.Collections.Immutable;
using SlimSharp.Runs;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Runs;

/// <summary>Two values of a setting, compared by the command over one seed and more.</summary>
[Collection(nameof(Alone))]
public class SweepPairsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(25)]
    public async Task An_interval_is_shown_where_there_are_pairs_enough_and_else_how_many_would_be(int seeds)
    {
        var results = Results(seeds);
        string[] command = ["sweep", "pairs", results, "--setting", "penalty", "--first", "tl1", "--second", "l1"];
        var (code, said, error) = await Slim.Run(command);
        Assert.Equal((0, ""), (code, error));
        var lines = await Slim.Json(command);
        if (seeds == 1)
        {
            Assert.Empty(lines);
            Assert.Contains("it takes two seeds", said);
            return;
        }
        var pairs = Assert.Single(lines);
        Assert.Equal(1 + (seeds - 1) / 2.0, (double)pairs["points"]!, 9);
        Assert.Equal(seeds, (int)pairs["pairs"]!);
        if (seeds < 6)
        {
            Assert.DoesNotContain("…", said);
            Assert.Contains($"No interval from {seeds} pairs", said);
            Assert.Contains($"at least {100 * Math.Pow(2, 1 - seeds):F0} % of the time. 6 pairs would do", said);
            Assert.Equal(6, (int)pairs["pairsNeeded"]!);
            Assert.Null(pairs["low"]);
            return;
        }
        Assert.DoesNotContain("No interval", said);
        Assert.Contains(" … ", said);
        Assert.Null(pairs["pairsNeeded"]);
        // Of the differences 1, 2, … n: Student's t times their deviation over the root of n.
        var half = seeds == 6 ? 2.570582 * Math.Sqrt(3.5 / 6) : 2.063899 * Math.Sqrt(54.1666667 / 25);
        Assert.Equal(half, ((double)pairs["high"]! - (double)pairs["low"]!) / 2, 4);
    }

    private static string Results(int seeds)
    {
        var plan = SweepFile.Read(
            SampleSweep.Write(
                $"""
                [[stage]]
                command = "train"
                [stage.grid]
                penalty = ["l1", "tl1"]
                seed = [{string.Join(", ", Enumerable.Range(1, seeds))}]
                """
            )
        );
        double Accuracy(SweepRun run) =>
            0.5 + (run.Settings["penalty"] == "tl1" ? 0.01 * int.Parse(run.Settings["seed"]) : 0);
        var path = Path.Combine(Machine.Folder(), "results.json");
        new SweepResults
        {
            Plan = plan,
            Results = plan.Expand()
                .ToImmutableSortedDictionary(
                    r => r.Number,
                    r => new SweepResult
                    {
                        Test = Measured.Accuracy(Accuracy(r)),
                        Parameters = 100,
                        Macs = 1000,
                        Classes = 10,
                    }
                ),
        }.Write(path);
        return path;
    }
}
