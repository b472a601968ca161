using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>Hands epochs on to TensorBoard, beside what else watches a training.</summary>
internal sealed class EpochEvents : IProgress<TrainingProgress>, IDisposable
{
    private readonly EventFile _file;
    private readonly IProgress<TrainingProgress> _others;
    private DateTime _time;

    /// <summary>Writes the epochs that are done, and waits for more.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="before">The epochs that are done.</param>
    /// <param name="others">Who is told as well.</param>
    internal EpochEvents(RunFolder folder, IEnumerable<EpochMetrics> before, IProgress<TrainingProgress> others)
    {
        _others = others;
        _file = new(Path.Combine(folder.Path, EventFile.Name));
        EpochMetrics[] done = [.. before];
        _time = DateTime.UtcNow - TimeSpan.FromSeconds(done.Sum(m => m.Seconds));
        foreach (var epoch in done)
            Add(epoch);
    }

    public void Report(TrainingProgress value)
    {
        if (value.Finished is { } epoch)
            Add(epoch);
        _others.Report(value);
    }

    public void Dispose() => _file.Dispose();

    private void Add(EpochMetrics m)
    {
        _time += TimeSpan.FromSeconds(m.Seconds);
        var scalars = new List<(string, double)>
        {
            ("loss/training", m.TrainLoss),
            ("scales/near zero", m.NearZero),
            ("scales/zero", m.Zero),
            ("learning rate", m.LearningRate),
        };
        scalars.AddRange(m.Train.Select(t => ($"{t.Key}/training", t.Value)));
        scalars.AddRange(
            (m.Validation ?? m.Train).Where(_ => m.Validation is not null).Select(v => ($"{v.Key}/validation", v.Value))
        );
        if (m.ValidationLoss is { } loss)
            scalars.Add(("loss/validation", loss));
        foreach (var (name, value) in m.Measures ?? new Dictionary<string, double>())
            scalars.Add(($"measures/{name}", value));
        _file.Add(m.Epoch, _time, scalars);
    }
}
