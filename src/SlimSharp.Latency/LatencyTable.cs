using System.Text.Json;
using System.Text.Json.Serialization;
using SlimSharp.Formats;
using SlimSharp.Onnx;

namespace SlimSharp.Latency;

/// <summary>
/// How long layers take in ONNX Runtime on one machine, by kind and width: what latency is planned with. Times at
/// widths between are interpolated, after rounding up to what the machine computes at a time.
/// </summary>
public sealed record LatencyTable
{
    /// <summary>The version of the form in which tables are stored.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The form in which it is stored.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The processor that it was measured on.</summary>
    public required string Machine { get; init; }

    /// <summary>The runtime with its version.</summary>
    public required string Runtime { get; init; }

    /// <summary>Threads of one operator.</summary>
    public required int Threads { get; init; }

    /// <summary>Images at a time.</summary>
    public required int Batch { get; init; }

    /// <summary>
    /// Channels that are computed at a time: widths between multiples of this cost as much as the next one. 0 before
    /// that was measured.
    /// </summary>
    public int Step { get; init; }

    /// <summary>The kinds of layers with their times.</summary>
    public IReadOnlyList<LayerTimes> Kinds { get; init; } = [];

    /// <summary>True if it was measured on a processor and with a runtime as they are here.</summary>
    [JsonIgnore]
    public bool IsOfThisMachine
    {
        get
        {
            var here = LatencyGrid.Empty(Threads, Batch);
            return (Machine, Runtime) == (here.Machine, here.Runtime);
        }
    }

    /// <summary>Reads a table.</summary>
    /// <exception cref="FileFormatException">It is none, or of a later version.</exception>
    public static LatencyTable Load(string path)
    {
        try
        {
            var table = CheckedJson.Read(File.ReadAllText(path), LatencyJson.Default.LatencyTable);
            return
                table is { Format: CurrentFormat, Threads: >= 1, Batch: >= 1, Step: >= 0 }
                && table.Kinds.All(k => k.IsSound)
                ? table
                : throw new JsonException(
                    table.Format == CurrentFormat
                        ? "its numbers make no sense"
                        : $"it has format {table.Format}, but this program knows format {CurrentFormat}"
                );
        }
        catch (JsonException e)
        {
            throw new FileFormatException(
                $"{path} is no table of latencies: {e.Message.TrimEnd('.')}. Measure one (LatencyProbe.Measure).",
                e
            );
        }
    }

    /// <summary>Writes the table, whole or not at all.</summary>
    public void Save(string path) =>
        AtomicFile.WriteText(path, JsonSerializer.Serialize(this, LatencyJson.Default.LatencyTable));

    /// <summary>Milliseconds of a layer; NaN where the table does not reach.</summary>
    public double Milliseconds(LayerUse layer) => Milliseconds(layer.Kind, layer.Reads, layer.Makes);

    internal double Milliseconds(TimedLayer kind, double reads, double makes) =>
        this[kind]?.At(reads, makes, Math.Max(Step, 1)) ?? double.NaN;

    /// <summary>Milliseconds of all layers; NaN where the table does not reach.</summary>
    public double Milliseconds(IEnumerable<LayerUse> layers) => layers.Sum(Milliseconds);

    /// <summary>
    /// The narrowest measured width of a layer down to which cutting its channels pays, where it reads so many; see
    /// <see cref="LayerTimes.NarrowestThatPays()"/>.
    /// </summary>
    /// <exception cref="OnnxException">The table does not know the layer.</exception>
    public int NarrowestThatPays(LayerUse layer, int reads) =>
        this[layer.Kind] is { IsMeasured: true } times
            ? times.NarrowestThatPays(reads, times.Makes.Count == 0 ? layer.Reads : layer.Makes)
            : throw new OnnxException($"The table of latencies says nothing of '{layer.Node}' ({layer.Kind}).");

    /// <summary>The times of a kind; null if it is not there.</summary>
    internal LayerTimes? this[TimedLayer kind] => Kinds.FirstOrDefault(k => k.Kind == kind);
}
