using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Objectives;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>
/// Shows a training in at most 80 columns: a line that is written over, and one that stays per epoch, with the last
/// epochs' accuracy and share of near-zero scales as bars. Redirected, the latter and one a minute.
/// </summary>
/// <param name="screen">Where.</param>
/// <param name="before">The epochs that are done already.</param>
internal sealed class TrainingDisplay(Screen screen, IEnumerable<EpochMetrics> before) : IProgress<TrainingProgress>
{
    private const int Bars = 8;
    private static readonly TimeSpan Live = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);
    private readonly List<EpochMetrics> _history = [.. before];
    private long _shown = Stopwatch.GetTimestamp();
    private bool _hasHeader;

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
        _history.Add(m);
        if (screen.Json)
        {
            screen.Emit((JsonObject)JsonSerializer.SerializeToNode(m, MetricsJson.Default.EpochMetrics)!);
            return;
        }
        var measure = p.Measures.Count > 0 ? p.Measures[0].Measure : NamedMeasure.Loss;
        var steered = m.Measures?.ContainsKey("λ") == true;
        screen.Clear();
        if (!_hasHeader && measure != NamedMeasure.Accuracy)
            screen.Say($"The columns train and validation show the {measure.Name}.");
        if (!_hasHeader)
            screen.Say(
                $"  epoch    loss    train  validation        near zero{(steered ? "    zero        λ" : "          zero")}    left"
            );
        _hasHeader = true;
        double? Train(EpochMetrics e) =>
            p.Measures.Count == 0 ? e.TrainLoss
            : e.Train.TryGetValue(measure.Name, out var value) ? value
            : null;
        double? Validation(EpochMetrics e) =>
            p.Measures.Count == 0 ? e.ValidationLoss
            : e.Validation?.TryGetValue(measure.Name, out var value) == true ? value
            : null;
        string Text(double? value) => value is { } number ? Words.Measured(measure, number) : "–";
        // A steered λ takes the place of the second row of bars.
        var bars = steered ? "" : $" {Sparkline.Of(Last(e => e.NearZero), 0, 1), -Bars}";
        var lambda = steered ? $" {Words.Number(m.Measures!["λ"], "G3"), 8}" : "";
        var left = p.Epoch + 1 < p.Epochs ? Words.ShortTime(p.Remaining) : "";
        screen.Say(
            (
                $"{m.Epoch, 3}/{p.Epochs, -4}{Words.Number(m.TrainLoss, "F4"), 7}  {Text(Train(m)), 7}  "
                + $"{Text(Validation(m)), 7} {Sparkline.Of(Last(e => Validation(e) ?? Train(e) ?? 0)), -Bars}  "
                + $"{Words.Percent(m.NearZero), 7}{bars} {Words.Percent(m.Zero), 7}{lambda}{left, 8}"
            ).TrimEnd()
        );
    }

    private IEnumerable<double> Last(Func<EpochMetrics, double> value) => _history.TakeLast(Bars).Select(value);

    private void UnderWay(TrainingProgress p)
    {
        _shown = Stopwatch.GetTimestamp();
        screen.Rewrite(
            $"epoch {p.Epoch + 1, 3}/{p.Epochs}  {p.Batch}/{p.BatchCount}  loss {Words.Number(p.Loss, "F4")}  "
                + string.Concat(p.Measures.Take(1).Select(m => $"train {Words.Measured(m.Measure, m.Value)}  "))
                + $"left {Words.Time(p.Remaining)}"
        );
    }
}
