using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>Shows a training: a line that is written over, and one that stays per epoch. Redirected, the latter and one a minute.</summary>
internal sealed class TrainingDisplay(Screen screen) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan Live = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private long _shown = Stopwatch.GetTimestamp();

    public void Report(TrainingProgress value)
    {
        if (value.Finished is { } epoch)
            Finished(value, epoch);
        else if (Stopwatch.GetElapsedTime(_shown) > (screen.IsLive ? Live : Quiet))
            UnderWay(value);
    }

    private void Finished(TrainingProgress p, EpochMetrics m)
    {
        _shown = Stopwatch.GetTimestamp();
        if (screen.Json)
        {
            screen.Emit((JsonObject)JsonSerializer.SerializeToNode(m, CliJson.Default.EpochMetrics)!);
            return;
        }
        var validation = m.ValidationAccuracy is { } v ? $"  validation {Words.Percent(v), 7}" : "";
        var zero = m.Zero > 0 ? $"  exactly zero {Words.Percent(m.Zero), 6}" : "";
        var lambda = m.Measures?.GetValueOrDefault("λ") is > 0 and var l ? $"  λ {Words.Number(l, "G3")}" : "";
        var left = p.Epoch + 1 < p.Epochs ? $"  left {Words.Time(p.Remaining)}" : "";
        screen.Clear();
        screen.Say(
            $"epoch {m.Epoch, 3}/{p.Epochs}  loss {Words.Number(m.TrainLoss, "F4")}  train {Words.Percent(m.TrainAccuracy), 7}{validation}"
                + $"  scales near zero {Words.Percent(m.NearZero), 6}{zero}{lambda}  rate {Words.Number(m.LearningRate, "G3"), -6}  {Words.Number(m.Seconds, "F1")} s{left}"
        );
    }

    private void UnderWay(TrainingProgress p)
    {
        _shown = Stopwatch.GetTimestamp();
        var line =
            $"epoch {p.Epoch + 1, 3}/{p.Epochs}  {p.Batch}/{p.BatchCount}  loss {Words.Number(p.Loss, "F4")}  train {Words.Percent(p.Accuracy)}  left {Words.Time(p.Remaining)}";
        screen.Rewrite(line);
    }
}
