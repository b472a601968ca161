using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Slimming;
using SlimSharp.Tests.Cli;

namespace SlimSharp.Tests.Experiments;

/// <summary>Rounds, comparisons and reports without the command.</summary>
[Collection(nameof(Alone))]
public class SeriesTests
{
    private static RunOptions Retraining => SmallRun.Options.With() with { Model = null };

    [Fact]
    public void Rounds_reach_the_target_step_by_step_and_are_not_done_twice()
    {
        var folder = Machine.Folder();
        using var start = SlimFile.Load(SmallRun.Model);
        var options = Retraining with { Training = new() { Epochs = 1 } };
        static IterationOptions Target(double share, int rounds = 2) =>
            new() { Targets = RoundTargets.Of(new PlanTarget.Macs(share), rounds) };
        var rounds = new Iteration(folder, options).Run(SmallRun.Model, start, Target(0.5));
        double[] shares = [.. rounds.Select(r => (double)r.Cost.Macs / rounds[0].Cost.Macs)];
        Assert.Equal(3, shares.Length);
        Assert.InRange(shares[1], 0.55, Math.Sqrt(0.5));
        Assert.InRange(shares[2], 0.4, 0.5);
        var notes = new SmallRun.Notes();
        Assert.Equal(rounds, new Iteration(folder, options, notes).Run(SmallRun.Model, start, Target(0.5)));
        Assert.Empty(notes.Said);
        foreach (var (other, count) in new[] { (0.3, 2), (0.5, 3) })
        {
            var error = Assert.Throws<ExperimentException>(() =>
                new Iteration(folder, options).Run(SmallRun.Model, start, Target(other, count))
            );
            Assert.Contains("was cut from another network, or for another target", error.Message);
        }
        using var later = SlimFile.Load(rounds[1].File);
        Assert.Throws<ExperimentException>(() =>
            new Iteration(folder, options).Run(rounds[1].File, later, Target(0.5))
        );
        Assert.Throws<ExperimentException>(() =>
            new Iteration(folder, options).Run(SmallRun.Model, start, new() { Targets = [new PlanTarget.Zeros()] })
        );
    }

    [Fact]
    public void A_comparison_without_test_images_is_refused()
    {
        var folder = Path.Combine(Machine.Folder(), "train-only");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Slim.Images, "train*"))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        var training = SmallRun.Options.With() with
        {
            Data = new()
            {
                Path = folder,
                Pad = 32,
                Test = 0,
            },
        };
        var error = Assert.ThrowsAny<SlimSharpException>(() => new Comparison(folder, training, 0.5).Run(1));
        Assert.Contains("test images", error.Message);
    }

    [Fact]
    public void A_report_finds_runs_and_cuts_and_speaks_the_readers_words()
    {
        var (folder, notes) = (Machine.Folder(), new SmallRun.Notes());
        using var file = SlimFile.Load(SmallRun.Model);
        using var pruning = new Pruning(SmallRun.Model, file);
        var cut = pruning.Cut(
            pruning.Plan(new() { Plan = new() { Target = new PlanTarget.Ratio(0.9) } }),
            Path.Combine(folder, "pruned.slim")
        );
        var entries = ReportEntry.Find([Path.GetDirectoryName(SmallRun.Model)!, folder]);
        Assert.Equal(2, entries.Count);
        var page = Report.Page(entries, journal: notes);
        Assert.Contains("<svg", page);
        Assert.Contains("pruned.slim", page);
        Assert.All(cut.Cut.Plan.Warnings, w => Assert.Contains(notes.Named(w.Text).Split('\'')[^1], page));
        Assert.Contains(
            "holds no finished run",
            Assert.Throws<ExperimentException>(() => ReportEntry.Find([Machine.Folder()])).Message
        );
    }

    [Fact]
    public void A_text_journal_writes_a_line_per_epoch_with_the_time_left()
    {
        var text = new StringWriter();
        TrainingRun
            .Begin(Path.Combine(Machine.Folder(), "run"), SmallRun.Options)
            .Train(new TextJournal(text))
            .Dispose();
        string[] lines = [.. text.ToString().Split('\n').Where(l => l.StartsWith("epoch ", StringComparison.Ordinal))];
        Assert.Equal(2, lines.Length);
        Assert.Matches(
            @"^epoch 1 of 2: loss \d\.\d{4}, (training|validation) accuracy \d+\.\d %, left \d+ s",
            lines[0]
        );
        Assert.DoesNotContain("left", lines[1]);
    }
}
