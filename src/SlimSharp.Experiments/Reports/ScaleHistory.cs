using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Runs;

namespace SlimSharp.Experiments;

/// <summary>How many scales of each layer lay where, epoch by epoch: how the gap opens.</summary>
public sealed class ScaleHistory
{
    /// <summary>Equal parts of the axis.</summary>
    public const int Bins = 42;

    /// <summary>Where scales are counted; zero counts where it begins.</summary>
    public static Axis Axis => SweepResult.ScaleAxis;

    private ScaleHistory(ImmutableArray<Line> lines) => Lines = lines;

    /// <summary>A line per epoch, by layer the counts.</summary>
    public ImmutableArray<Line> Lines { get; }

    /// <summary>The counts of all layers together after the last epoch; empty if there are none.</summary>
    public ImmutableArray<int> LastCounts =>
        Lines.IsEmpty ? [] : [.. Enumerable.Range(0, Bins).Select(i => Lines[^1].Layers.Values.Sum(layer => layer[i]))];

    /// <summary>That of a run; empty if it has none that can be read.</summary>
    public static ScaleHistory Read(RunFolder folder) => Read(folder, out _);

    /// <summary>That of a run; empty if it has none that can be read.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="damage">Why it cannot, as a sentence that names the file; null if it can, or has none.</param>
    public static ScaleHistory Read(RunFolder folder, out string? damage)
    {
        damage = null;
        try
        {
            return new(Path.Exists(folder.ScalesFile) ? LinesOf(folder.ScalesFile) : []);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            damage = $"{folder.ScalesFile} is damaged ({e.Message.TrimEnd('.')}).";
            return new([]);
        }
    }

    private static ImmutableArray<Line> LinesOf(string file)
    {
        ImmutableArray<Line> lines =
        [
            .. File.ReadLines(file).Select(l => CheckedJson.Read(l, ExperimentsJson.Default.Line)),
        ];
        if (lines.IsEmpty) // it is first written when an epoch is done
            throw new JsonException("there is nothing in it");
        for (var i = 1; i < lines.Length; i++)
        {
            if (lines[i].Epoch <= lines[i - 1].Epoch)
                throw new JsonException($"the epoch {lines[i].Epoch} stands behind {lines[i - 1].Epoch}");
        }
        return lines;
    }

    /// <summary>The history up to and with an epoch.</summary>
    internal ScaleHistory With(int epoch, Network network, Weights weights) =>
        new([
            .. Lines.Where(l => l.Epoch < epoch),
            new(epoch, Scales.ByLayer(network, weights).ToDictionary(l => l.Node, l => Count(l.Values))),
        ]);

    internal void Write(RunFolder folder) =>
        folder.WriteScales(Lines.Select(l => JsonSerializer.Serialize(l, ExperimentsJson.Default.Line)));

    private static int[] Count(double[] scales)
    {
        var counts = new int[Bins];
        foreach (var scale in scales)
            counts[Axis.Part(scale, Bins)]++;
        return counts;
    }

    /// <summary>One epoch.</summary>
    /// <param name="Epoch">Which, from 1.</param>
    /// <param name="Layers">By BatchNorm, how many scales lie in each part of the axis.</param>
    public sealed record Line(int Epoch, IReadOnlyDictionary<string, int[]> Layers) : IJsonOnDeserialized
    {
        // What a file says is checked as soon as it is read.
        void IJsonOnDeserialized.OnDeserialized()
        {
            if (Epoch < 1 || Layers.Values.Any(counts => counts?.Length != Bins || counts.Any(n => n < 0)))
                throw new JsonException($"every layer needs {Bins} counts");
        }
    }
}
