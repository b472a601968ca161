using System.Diagnostics;
using SlimSharp.Networks;

namespace SlimSharp.Latency;

/// <summary>
/// Times several models against each other: turn by turn, so that whatever slows the machine slows all of them.
/// </summary>
public static class LatencyRace
{
    /// <summary>Turns before it counts.</summary>
    public const int WarmUp = 10;

    private const int OperatorRuns = 50;
    private const double OperatorSeconds = 10;

    /// <summary>The timing of each contestant, in their order.</summary>
    /// <param name="contestants">What runs.</param>
    /// <param name="runs">How often each.</param>
    /// <param name="progress">Called with the turns that are done and those that there are.</param>
    /// <param name="stop">Ends it early.</param>
    public static IReadOnlyList<Timing> Run(
        IReadOnlyList<Contestant> contestants,
        int runs = 200,
        Action<int, int>? progress = null,
        CancellationToken stop = default
    )
    {
        double[][] times = [.. contestants.Select(_ => new double[runs])];
        for (var turn = -WarmUp; turn < runs; turn++)
        {
            for (var i = 0; i < contestants.Count; i++)
            {
                stop.ThrowIfCancellationRequested();
                var begin = Stopwatch.GetTimestamp();
                contestants[i].Run();
                if (turn >= 0)
                    times[i][turn] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            }
            progress?.Invoke(turn + WarmUp + 1, runs + WarmUp);
        }
        return [.. times.Select(Timing.Of)];
    }

    /// <summary>The timing of each of some ONNX models, in their order.</summary>
    /// <param name="models">The bytes of the files.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="threads">Threads of one operator.</param>
    /// <param name="runs">How often each.</param>
    /// <param name="progress">Called with the turns that are done and those that there are.</param>
    public static IReadOnlyList<Timing> Onnx(
        IEnumerable<byte[]> models,
        int batch,
        int threads,
        int runs = 200,
        Action<int, int>? progress = null
    )
    {
        var contestants = new List<Contestant>();
        try
        {
            foreach (var model in models)
                contestants.Add(Contestant.Onnx(model, batch, threads));
            return Run(contestants, runs, progress);
        }
        finally
        {
            foreach (var contestant in contestants)
                contestant.Dispose();
        }
    }

    /// <summary>
    /// Median milliseconds of each operator of an ONNX model, in the order in which they run. Layers that run in one go
    /// stand under the last one's name.
    /// </summary>
    public static IReadOnlyList<(string Name, double Milliseconds)> Operators(byte[] model, int batch, int threads)
    {
        using var contestant = Contestant.Onnx(model, batch, threads, profiled: true);
        var begin = Stopwatch.GetTimestamp();
        for (var run = 0; run < WarmUp + OperatorRuns; run++)
        {
            contestant.Run();
            if (run > WarmUp && Stopwatch.GetElapsedTime(begin).TotalSeconds > OperatorSeconds)
                break;
        }
        return contestant.Operators(WarmUp);
    }

    /// <summary>
    /// Milliseconds of each layer of a network in ONNX Runtime, with what has to be done in front of it; all layers
    /// together take the time of the whole.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="model">Its ONNX file, BatchNorms folded.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="threads">Threads of one operator.</param>
    public static IReadOnlyList<(LayerUse Layer, double Milliseconds)> Layers(
        Network network,
        byte[] model,
        int batch,
        int threads
    )
    {
        var layers = LayerUse.Of(network);
        var places = new Dictionary<string, int>();
        foreach (var (layer, i) in layers.Select((l, i) => (l, i)))
        {
            places[layer.Node] = i;
            if (layer.Then is not null)
                places[layer.Then] = i;
        }
        var (times, waiting, last) = (new double[layers.Count], 0.0, 0);
        foreach (var (name, milliseconds) in Operators(model, batch, threads))
        {
            waiting += milliseconds; // a change of layout, or a part of the layer that ends later
            if (Place(name) is not { } place)
                continue;
            (times[place], waiting, last) = (times[place] + waiting, 0, place);
        }
        times[last] += waiting;
        return [.. layers.Zip(times)];

        int? Place(string name) =>
            places.TryGetValue(name, out var place) ? place
            : name.LastIndexOf('.') is > 0 and var dot ? Place(name[..dot])
            : null;
    }
}
