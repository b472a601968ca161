using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using SlimSharp.Networks;
using SlimSharp.Onnx;

namespace SlimSharp.Latency;

/// <summary>
/// Measures how long layers take in ONNX Runtime on this machine: each at all widths of its grid, between two other
/// layers, many side by side, so that weights
/// come from memory as they do in a network. What is measured on a busy machine is measured again, a few times.
/// </summary>
/// <param name="threads">Threads of one operator.</param>
/// <param name="batch">Images at a time.</param>
public sealed class LatencyProbe(int threads, int batch)
{
    private const int SideBySide = 48;
    private const int WarmUp = 2;
    private const int LeastRuns = 7;
    private const int MostRuns = 60;
    private const double EnoughMilliseconds = 25;
    private const int StepBase = 48;
    private const int StepSize = 16;

    /// <summary>Called with the number of cells that are measured and the number of all.</summary>
    public Action<int, int>? Progress { get; init; }

    /// <summary>Repeats what is disturbed.</summary>
    internal QuietTimer Timer { get; init; } = new(threads);

    /// <summary>Measures what a table lacks.</summary>
    /// <exception cref="OnnxException">ONNX Runtime refuses a layer.</exception>
    public LatencyMeasurement Measure(LatencyTable table, CancellationToken stop = default) =>
        new(Fill(table, stop), Timer.Worst);

    private LatencyTable Fill(LatencyTable table, CancellationToken stop)
    {
        if (table.Step == 0)
            table = table with { Step = MeasureStep(stop) };
        LayerTimes[] open = [.. table.Kinds.Where(k => !k.IsMeasured)];
        (TimedLayer Kind, int Reads, int Makes)[] cells = [.. open.SelectMany(Cells)];
        var times = new Queue<double>();
        foreach (var some in cells.Chunk(SideBySide))
        {
            foreach (var timing in Timer.Run(() => Measure(some, stop)))
                times.Enqueue(timing.Median);
            Progress?.Invoke(times.Count, cells.Length);
        }
        return table with
        {
            Kinds =
            [
                .. table.Kinds.Select(k =>
                    k.IsMeasured ? k : k with { Times = [.. Cells(k).Select(_ => times.Dequeue())] }
                ),
            ],
        };
    }

    private static IEnumerable<(TimedLayer Kind, int Reads, int Makes)> Cells(LayerTimes times) =>
        from reads in times.Reads
        from makes in times.Makes.Count == 0 ? [reads] : times.Makes
        select (times.Kind, reads, makes);

    // A width costs as much as the next multiple of the step: where from 48 to 64 channels is the rise?
    private int MeasureStep(CancellationToken stop)
    {
        var kind = new TimedLayer(new Convolution(1, 3) { Padding = 1, Bias = true }, 16, 16);
        int[] widths = [StepBase, StepBase + 1, StepBase + 2, StepBase + 4, StepBase + 8, StepBase + StepSize];
        var timings = Timer.Run(() => Measure([.. widths.Select(w => (kind, StepSize * 4, w))], stop));
        double[] times = [.. timings.Select(t => t.Median)];
        var whole = times[^1] - times[0];
        for (var i = 1; i < widths.Length - 1; i++)
        {
            var step = widths[i] - StepBase;
            if (times[i] - times[0] < whole * (0.5 + 0.5 * step / StepSize)) // nearer to its share than to the whole
                return step;
        }
        return StepSize;
    }

    private Timing[] Measure((TimedLayer Kind, int Reads, int Makes)[] cells, CancellationToken stop)
    {
        var probes = new List<Probe>();
        try
        {
            foreach (var (kind, reads, makes) in cells)
                probes.Add(new(kind.Probe(reads, makes), threads, batch));
            for (var round = 0; round < MostRuns + WarmUp && probes.Any(p => !p.IsDone); round++)
            {
                stop.ThrowIfCancellationRequested();
                foreach (var probe in probes.Where(p => !p.IsDone))
                    probe.Run();
            }
            return [.. probes.Select(p => p.End())];
        }
        finally
        {
            foreach (var probe in probes)
                probe.Dispose();
        }
    }

    /// <summary>One layer at one pair of widths.</summary>
    private sealed class Probe : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _options = new();
        private readonly OrtValue _input;
        private readonly float[] _values;
        private double _spent;
        private int _runs;

        internal Probe(Network network, int threads, int batch)
        {
            using var options = OnnxSession.Options(threads, profiled: true);
            _session = OnnxSession.Open(OnnxExport.Drawn(network).ToBytes(), options);
            var shape = network.Shapes[network.Inputs.First().Name];
            _values = new float[batch * shape.Count];
            _input = OrtValue.CreateTensorValueFromMemory(_values, [batch, .. shape.Sizes(batch).Skip(1)]);
        }

        internal bool IsDone => _runs >= WarmUp + LeastRuns && _spent > EnoughMilliseconds;

        internal void Run()
        {
            Array.Fill(_values, 0.5f); // as fresh in the cache as if it had just been computed
            var begin = Stopwatch.GetTimestamp();
            _session.Run(_options, [_session.InputNames[0]], [_input], [_session.OutputNames[0]]).Dispose();
            if (++_runs > WarmUp)
                _spent += Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        /// <summary>Ends it: how long what lies between the layers around it took over the runs.</summary>
        internal Timing End() => Timing.Of(OnnxProfile.End(_session).Skip(WarmUp).Select(Between));

        private static double Between(List<(string Name, double Milliseconds)> run)
        {
            var begin = run.FindLastIndex(o => o.Name.StartsWith(TimedLayer.Before, StringComparison.Ordinal)) + 1;
            var end = run.FindIndex(o => o.Name.StartsWith(TimedLayer.After, StringComparison.Ordinal));
            return run[begin..(end < 0 ? run.Count : end)].Sum(o => o.Milliseconds);
        }

        public void Dispose()
        {
            _input.Dispose();
            _options.Dispose();
            _session.Dispose();
        }
    }
}
