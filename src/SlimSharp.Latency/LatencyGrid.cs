using System.Runtime.InteropServices;
using SlimSharp.Networks;

namespace SlimSharp.Latency;

/// <summary>What a table has to hold for some layers: kinds and widths, before they are measured.</summary>
public static class LatencyGrid
{
    private const int LeastStep = 8;

    // Of the step; between them, time is close to linear.
    private static readonly int[] Multiples = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

    /// <summary>An empty table for this machine and build of ONNX Runtime.</summary>
    /// <param name="threads">Threads of one operator.</param>
    /// <param name="batch">Images at a time.</param>
    public static LatencyTable Empty(int threads, int batch) =>
        new()
        {
            Machine = $"{Processor.Name}, {RuntimeInformation.RuntimeIdentifier}",
            Runtime = $"ONNX Runtime {Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}",
            Threads = threads,
            Batch = batch,
        };

    /// <summary>The table, with what is missing for these layers at any width up to theirs, not yet measured.</summary>
    public static LatencyTable With(this LatencyTable table, IReadOnlyList<LayerUse> layers)
    {
        var step = Math.Max(table.Step, LeastStep);
        var kinds = table.Kinds.ToList();
        foreach (var uses in layers.Concat(layers.SelectMany(Remains)).GroupBy(l => l.Kind))
        {
            var kind = uses.Key;
            int[] reads = [.. Levels(uses.Select(u => u.Reads), step, kind.Multiple)];
            int[] makes = kind.HasOwnWidth ? [.. Levels(uses.Select(u => u.Makes), step, kind.Multiple)] : [];
            var known = kinds.FindIndex(k => k.Kind == kind);
            if (known >= 0 && kinds[known].Covers(reads, makes))
                continue;
            if (known >= 0)
            {
                (reads, makes) = ([.. Union(kinds[known].Reads, reads)], [.. Union(kinds[known].Makes, makes)]);
                kinds.RemoveAt(known);
            }
            kinds.Add(new(kind, reads, makes, []));
        }
        return table with { Kinds = kinds };
    }

    // A sum that loses a block keeps a shift, at most.
    private static IEnumerable<LayerUse> Remains(LayerUse layer)
    {
        if (!layer.Kind.Layer.Traits().IsSum)
            yield break;
        yield return layer with
        {
            Kind = layer.Kind with { Layer = new Shift(), Inputs = 1 },
        };
        if (layer.Kind.Then is { } then)
            yield return layer with
            {
                Kind = layer.Kind with { Layer = then, Inputs = 1, Then = null },
            };
    }

    private static IEnumerable<int> Union(IEnumerable<int> some, IEnumerable<int> others) => some.Union(others).Order();

    private static IEnumerable<int> Levels(IEnumerable<int> widths, int step, int multiple)
    {
        int[] full = [.. widths.Distinct()];
        var most = full.Max();
        return Union(full, Multiples.Select(m => m * step).Where(w => w < most && w % multiple == 0));
    }
}
