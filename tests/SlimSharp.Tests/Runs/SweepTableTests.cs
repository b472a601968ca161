using System.Diagnostics;
using System.Text.Json.Nodes;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>What came of a sweep.</summary>
[Collection(nameof(Alone))] // what is allocated is counted for the whole process
public class SweepTableTests
{
    [Fact]
    public void The_table_is_what_a_hand_computes()
    {
        var sweep = Folder();
        // Accuracy by stage, penalty and seed; what is cut to 0.4 of l1 guesses.
        double Accuracy(SweepRun run) =>
            run.Stage switch
            {
                "train" => 0.9,
                "cut" => 0.5,
                _ => (run.Settings["penalty"], run.Settings["macs"]) == ("l1", "0.4")
                    ? 0.1
                    : (run.Settings["macs"] == "0.4" ? 0.80 : 0.86) + 0.01 * int.Parse(run.Settings["seed"]),
            };
        new SweepWorker(
            sweep,
            (run, attempt, _, _) => Succeed(attempt, Accuracy(run), run.Stage == "train" ? 200 : 100)
        ).WorkOnAll(default);
        var table = SweepTable.Of(SweepResults.Of(sweep));
        Assert.Equal(["lambda", "penalty", "macs"], table.Columns);
        Assert.Equal(6, table.Rows.Length);
        var row = table.Rows.Single(r => r.Settings.SequenceEqual(["0.001", "tl1:a=1", "0.6"]));
        Assert.Equal(
            new Spread(87, 1, 3),
            row.Accuracies[^1] with
            {
                Mean = Math.Round(row.Accuracies[^1].Mean, 9),
                Deviation = Math.Round(row.Accuracies[^1].Deviation, 9),
            }
        );
        Assert.Equal(
            (50.0, 50.0, 3, 3, 0),
            (row.Parameters.Mean, row.Macs.Mean, row.Done, row.Planned, row.OverPruned)
        );
        var text = table.Format(TableFormat.Text);
        Assert.Equal(1, text.Split("87.00 ± 1.00 *").Length - 1);
        Assert.Equal(2, text.Split("87.00 ± 1.00 ~").Length - 1);
        Assert.Contains("10.00 ± 0.00 †", text);
        Assert.DoesNotContain("81.00 ± 1.00 ~", text);
        Assert.Contains("**87.00 ± 1.00**", table.Format(TableFormat.Markdown));
        Assert.Contains("\\textbf{87.00 $\\pm$ 1.00}", table.Format(TableFormat.Latex));
        var csv = table.Format(TableFormat.Csv).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(7, csv.Length);
        Assert.All(csv, l => Assert.Equal(csv[0].Count(c => c == ','), l.Count(c => c == ',')));
        Assert.Equal(6, JsonNode.Parse(table.Format(TableFormat.Json))!.AsArray().Count);
    }

    [Fact]
    public void What_no_later_stage_starts_from_has_a_row_as_well()
    {
        var sweep = Folder(
            """
            [[stage]]
            command = "train"
            case = [{ name = "whole" }, { name = "slim", penalty = "l1" }]
            [stage.evaluate]
            orthogonality = true
            [[stage]]
            command = "prune"
            case = [{ name = "half", ratio = 0.5, only = { case = "slim" } }]
            """
        );
        new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
            {
                var result = Succeed(attempt, run.Stage == "train" ? 0.9 : 0.6);
                var measured = SweepResult.Read(attempt)!;
                (measured with { Test = measured.Test.Add("small filters", 0.25).Add("loss", 2.0 / 3) }).Write(attempt);
                return result;
            }
        ).WorkOnAll(default);
        var table = SweepTable.Of(SweepResults.Of(sweep));
        Assert.Equal(["whole", "slim"], table.Rows.Select(r => r.Settings[0]));
        Assert.Equal([1, 0], table.Rows[0].Accuracies.Select(a => a.Count));
        Assert.Equal([90.0, 60.0], table.Rows[1].Accuracies.Select(a => Math.Round(a.Mean, 9)));
        var text = table.Format(TableFormat.Markdown);
        Assert.Contains("| whole |  | 90.00 | – |", text);
        Assert.Contains("**60.00**", text);
        Assert.Contains("Measured after train:", text);
        Assert.Contains("| case | loss | small filters % | n |", text);
        Assert.Contains("| slim | half | 0.667 | 25.00 | 1 |", text);
    }

    [Fact]
    public void Pairs_share_all_but_what_is_compared()
    {
        var sweep = Folder();
        // 0.6 gains a point and a half and, over the seeds, half of a point more or less.
        new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
                Succeed(
                    attempt,
                    0.5
                        + 0.1 * int.Parse(run.Settings["seed"])
                        + (
                            run.Settings.GetValueOrDefault("macs") == "0.6"
                                ? 0.01 + 0.005 * int.Parse(run.Settings["seed"])
                                : 0
                        ),
                    run.Settings.GetValueOrDefault("macs") == "0.6" ? 120 : 100
                )
        ).WorkOnAll(default);
        var pairs = SweepPairs.Of(SweepResults.Of(sweep), "macs", "0.6", "0.4");
        Assert.Equal(2 * 3, pairs.Count); // cut and retrained, three combinations of penalty and λ
        Assert.All(pairs, p => Assert.Equal(3, p.Accuracy.Spread.Count));
        Assert.All(pairs, p => Assert.Equal([1, 1.5, 2], p.Accuracy.Differences.Order().Select(d => Math.Round(d, 9))));
        Assert.All(pairs, p => Assert.Equal(0.2, p.Parameters.Spread.Mean, 9));
        Assert.All(pairs, p => Assert.DoesNotContain("seed", p.Settings));
        Assert.Contains(
            "has macs = 0.5; there are",
            Assert.Throws<RunException>(() => SweepPairs.Of(SweepResults.Of(sweep), "macs", "0.5", "0.4")).Message
        );
    }

    [Fact]
    public void Collected_results_make_the_same_tables_without_the_folders()
    {
        var sweep = Folder();
        new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
                run.Number == 1 ? new(SweepState.Failed, "no luck") : Succeed(attempt, 0.5 + 0.01 * run.Number)
        ).WorkOnAll(default);
        var collection = SweepResults.Of(sweep);
        var file = Path.Combine(Machine.Folder(), "results.json");
        collection.Write(file);
        var read = SweepResults.Read(file);
        Assert.Equal("no luck", read.Failed[1]);
        Assert.All(
            Enum.GetValues<TableFormat>(),
            f => Assert.Equal(SweepTable.Of(collection).Format(f), SweepTable.Of(read).Format(f))
        );
        File.WriteAllText(file, "{\"plan\": 3}");
        Assert.Contains(file, Assert.Throws<RunException>(() => SweepResults.Read(file)).Message);
    }

    [Fact]
    public void Ten_thousand_runs_are_listed_and_tabulated_in_seconds()
    {
        var sweep = Simple(10_000);
        var one = Machine.Folder();
        Succeed(one);
        var result = File.ReadAllBytes(Path.Combine(one, "result.json"));
        var options = "{\"penalty\": \"l1\", \"training\": {\"seed\": 3}}"u8.ToArray();
        foreach (var run in sweep.Runs)
        {
            var folder = Path.Combine(sweep.ResultOf(run), "run");
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, "run.json"), options);
            File.WriteAllBytes(Path.Combine(sweep.ResultOf(run), "result.json"), result);
        }
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalAllocatedBytes();
        Assert.All(sweep.Runs, r => Assert.Equal(SweepState.Done, sweep.StateOf(r)));
        Assert.Equal(10_000, SweepTable.Of(SweepResults.Of(sweep)).Rows.Single().Done);
        Assert.Equal(
            10_000,
            RunList.Below(Path.Combine(sweep.Path, "runs")).Count(r => r.Settings["training.seed"] == "3")
        );
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        Assert.True(GC.GetTotalAllocatedBytes() - before < 1 << 30);
    }
}
