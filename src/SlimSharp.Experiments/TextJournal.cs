using System.Diagnostics;
using SlimSharp.Objectives;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>Writes how an experiment goes as lines: one per epoch, and one a minute of other long work.</summary>
/// <param name="writer">Where, as in <see cref="Console.Out"/>.</param>
public class TextJournal(TextWriter writer) : Journal
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override void Say(string text = "") => writer.WriteLine(Named(text));

    /// <inheritdoc/>
    public override void Warn(string text) => Say($"Warning: {text}");

    /// <inheritdoc/>
    public override Action<int, int> Progress(string what)
    {
        var begin = Stopwatch.GetTimestamp();
        var shown = begin;
        return (done, all) =>
        {
            if (done == 0 || done >= all || Stopwatch.GetElapsedTime(shown) < Pause)
                return;
            shown = Stopwatch.GetTimestamp();
            var left = Stopwatch.GetElapsedTime(begin) / done * (all - done);
            Say($"{what}: {Words.Percent((double)done / all, 0)}, left {Words.Time(left)}");
        };
    }

    /// <inheritdoc/>
    public override IProgress<TrainingProgress> Training(IReadOnlyList<EpochMetrics> done) => new Epochs(this);

    /// <inheritdoc/>
    public override void Planned(PlannedCut cut) => Say(cut.Plan.Explain());

    /// <inheritdoc/>
    public override void Pruned(PrunedModel model)
    {
        Say(
            model.Before is null
                ? $"Accuracy was not measured: {model.WhyNoScore}."
                : $"Accuracy: {Words.Percent(model.Before.Accuracy, 2)} before, {Words.Percent(model.After!.Accuracy, 2)} after the cut."
        );
        Say($"{model.File} ({Words.Size(model.Bytes)})");
    }

    private sealed class Epochs(TextJournal journal) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Finished is not { } epoch)
                return;
            var measures = string.Concat(value.Measures.Select(m => Measured(m.Measure, epoch)));
            var left = value.Epoch + 1 < value.Epochs ? $", left {Words.Time(value.Remaining)}" : "";
            journal.Say(
                $"epoch {epoch.Epoch} of {value.Epochs}: loss {Words.Number(epoch.TrainLoss, "F4")}{measures}{left}"
            );
        }

        private static string Measured(NamedMeasure measure, EpochMetrics epoch)
        {
            var (set, values) = epoch.Validation is { } held ? ("validation", held) : ("training", epoch.Train);
            return values.TryGetValue(measure.Name, out var value)
                ? $", {set} {measure.Name} {Words.Measured(measure, value)}"
                : "";
        }
    }
}
