using SlimSharp.Experiments;
using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>
/// Networks against each other on this machine: milliseconds beside multiply-adds, and where the time goes.
/// </summary>
internal sealed class LatencyComparison : IDisposable
{
    private const string OnnxRuntime = "ONNX Runtime";
    private const string LibTorch = "libtorch";
    private readonly Screen _screen;
    private readonly int _threads;
    private readonly torch.Device _device;
    private readonly Entry[] _entries;

    internal LatencyComparison(Screen screen, int threads, torch.Device device, IEnumerable<string> files)
    {
        (_screen, _threads, _device) = (screen, threads, device);
        var entries = new List<Entry>();
        foreach (var file in files)
            entries.Add(Read(file));
        _entries = [.. entries];
    }

    /// <summary>Times everything and prints a table per batch size, and one of the slowest layers.</summary>
    internal void Run(int[] batches, int runs, string? runtime, int layers, CancellationToken stop)
    {
        _screen.Say(
            $"{Processor.Name}, {(_threads == 1 ? "1 thread" : $"{_threads} threads")}, {runs} runs each after {LatencyRace.WarmUp} that do not count, turn by turn"
        );
        foreach (var batch in batches)
            Compare(batch, runs, runtime, stop);
        if (layers > 0 && runtime != "libtorch" && _entries.Any(e => e.Network is not null))
            Layers(batches[0], layers);
    }

    public void Dispose()
    {
        foreach (var entry in _entries)
            entry.Weights?.Dispose();
    }

    private void Compare(int batch, int runs, string? runtime, CancellationToken stop)
    {
        var lanes = new List<(Entry Entry, string Runtime, string Numbers, Contestant Contestant)>();
        try
        {
            foreach (var entry in _entries)
            {
                if (runtime != "libtorch")
                    lanes.Add((entry, OnnxRuntime, entry.Numbers, Contestant.Onnx(entry.Onnx, batch, _threads)));
                if (entry.Network is null || runtime == "onnx")
                    continue;
                foreach (var narrow in (bool[])[false, true])
                    lanes.Add(
                        (
                            entry,
                            LibTorch,
                            narrow ? "bfloat16" : "float32",
                            Contestant.Torch(entry.Network, entry.Weights!, batch, _device, narrow)
                        )
                    );
            }
            if (lanes.Count == 0)
                throw new UsageException("None of these files runs in libtorch; leave out --runtime.");
            var progress = new ProgressLine(_screen, $"{lanes.Count} contestants, batch {batch}");
            var watch = new LatencyWatch(_threads);
            var timings = LatencyRace.Run([.. lanes.Select(l => l.Contestant)], runs, progress.Show, stop);
            var seen = watch.Seen(timings);
            Show(batch, [.. lanes.Zip(timings, (l, t) => new Result(l.Entry, l.Runtime, l.Numbers, t))], seen);
        }
        finally
        {
            foreach (var lane in lanes)
                lane.Contestant.Dispose();
        }
    }

    private void Show(int batch, Result[] results, Disturbance seen)
    {
        Result Base(Result r) =>
            results.First(other =>
                other.Runtime == r.Runtime && (other.Numbers == r.Numbers || other.Entry == _entries[0])
            );
        var rows = results
            .Select(r =>
            {
                var first = Base(r);
                var (time, macs) = (first.Timing.Median / r.Timing.Median, (double?)first.Entry.Macs / r.Entry.Macs);
                return (Result: r, Time: time, Macs: macs);
            })
            .ToArray();
        _screen.Table(
            $"\nBatch {batch}, milliseconds:",
            ["", "runtime", "numbers", "median", "10 %", "90 %", "MACs", "MACs ratio", "time ratio", "of MACs ratio"],
            rows.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Result.Entry.Name,
                        r.Result.Runtime,
                        r.Result.Numbers,
                        Words.Number(r.Result.Timing.Median, "F3"),
                        Words.Number(r.Result.Timing.P10, "F3"),
                        Words.Number(r.Result.Timing.P90, "F3"),
                        r.Result.Entry.Macs is { } macs ? Words.Count(macs) : "",
                        r.Macs is { } ratio ? $"{Words.Number(ratio, "F2")}×" : "",
                        $"{Words.Number(r.Time, "F2")}×",
                        r.Macs is { } of ? Words.Percent(r.Time / of, 0) : "",
                    ]
            ),
            1,
            2
        );
        if (seen.IsBusy)
            _screen.Say(
                $"The machine was busy meanwhile: {seen}. Ratios hold better than milliseconds, as all ran in turns; measure again when it is quiet."
            );
        foreach (var (result, time, macs) in rows)
            _screen.Emit(
                new()
                {
                    ["file"] = result.Entry.Name,
                    ["runtime"] = result.Runtime,
                    ["numbers"] = result.Numbers,
                    ["batch"] = batch,
                    ["threads"] = _threads,
                    ["runs"] = result.Timing.Runs,
                    ["median"] = result.Timing.Median,
                    ["p10"] = result.Timing.P10,
                    ["p90"] = result.Timing.P90,
                    ["macs"] = result.Entry.Macs,
                    ["timeRatio"] = time,
                    ["disturbance"] = seen.IsBusy ? $"{seen}" : null,
                    ["macsRatio"] = macs,
                }
            );
    }

    private void Layers(int batch, int count)
    {
        Entry[] shown = [.. _entries.Where(e => e.Network is not null)];
        var times = shown
            .Select(e => LatencyRace.Layers(e.Network!, e.Onnx, batch, _threads).ToDictionary(l => l.Layer.Node))
            .ToArray();
        var slowest = times[0].Values.OrderByDescending(l => l.Milliseconds).ToArray();
        var whole = slowest.Sum(l => l.Milliseconds);
        string Time(int entry, string node) =>
            times[entry].TryGetValue(node, out var l) ? Words.Number(l.Milliseconds, "F3") : "–";
        string Rest(int entry, IEnumerable<string> listed) =>
            Words.Number(times[entry].Values.Where(l => !listed.Contains(l.Layer.Node)).Sum(l => l.Milliseconds), "F3");
        string[] listed = [.. slowest.Take(count).Select(l => l.Layer.Node)];
        _screen.Table(
            $"\nWhere the time goes in {OnnxRuntime}, batch {batch}, float32, milliseconds:",
            [
                "layer",
                "kind",
                "MACs",
                "share",
                .. shown.Select(e => Path.GetFileName(Path.TrimEndingDirectorySeparator(e.Name))),
            ],
            [
                .. slowest
                    .Take(count)
                    .Select(l =>
                        (IReadOnlyList<string>)
                            [
                                l.Layer.Node,
                                $"{l.Layer.Kind}",
                                Words.Count(l.Layer.Macs),
                                Words.Percent(l.Milliseconds / whole),
                                .. shown.Select((_, e) => Time(e, l.Layer.Node)),
                            ]
                    ),
                [
                    "the rest",
                    "",
                    Words.Count(slowest.Skip(count).Sum(l => l.Layer.Macs)),
                    Words.Percent(slowest.Skip(count).Sum(l => l.Milliseconds) / whole),
                    .. shown.Select((_, e) => Rest(e, listed)),
                ],
            ],
            1
        );
        foreach (var (entry, layers) in shown.Zip(times))
        {
            foreach (var (layer, milliseconds) in layers.Values)
                _screen.Emit(
                    new()
                    {
                        ["file"] = entry.Name,
                        ["layer"] = layer.Node,
                        ["kind"] = $"{layer.Kind}",
                        ["reads"] = layer.Reads,
                        ["makes"] = layer.Makes,
                        ["macs"] = layer.Macs,
                        ["batch"] = batch,
                        ["milliseconds"] = milliseconds,
                    }
                );
        }
    }

    private static Entry Read(string path)
    {
        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            if (!File.Exists(path))
                throw new UsageException($"There is no file '{path}'.");
            var model = OnnxModel.Load(path);
            return new(
                path,
                File.ReadAllBytes(path),
                model.Nodes.Any(n => n.Operator == "QuantizeLinear") ? "int8" : "float32",
                long.TryParse(model.Metadata.GetValueOrDefault("macs"), out var macs) ? macs : null
            );
        }
        if (!Path.Exists(path) && ZooEntry.All.Any(e => e.Name == path))
        {
            var network = ZooEntry.Get(path, 10, 1);
            return Of(path, network, Initialization.Draw(network, 0));
        }
        using var file = ModelFile.Load(path);
        return Of(path, file.Network, file.Weights.Copy(torch.float32));
    }

    private static Entry Of(string name, Network network, Weights weights) =>
        new(name, OnnxExport.Of(network, weights).ToBytes(), "float32", NetworkCost.Of(network).Macs, network, weights);

    private sealed record Entry(
        string Name,
        byte[] Onnx,
        string Numbers,
        long? Macs,
        Network? Network = null,
        Weights? Weights = null
    );

    private sealed record Result(Entry Entry, string Runtime, string Numbers, Timing Timing);
}
