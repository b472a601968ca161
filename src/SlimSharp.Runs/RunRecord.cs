using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>What was run, on what, and what came of it.</summary>
public sealed record RunRecord : IJsonOnDeserialized
{
    private const double MostSeconds = 1e10; // three centuries

    /// <summary>The command line, word by word.</summary>
    public string[] Arguments { get; init; } = [];

    /// <summary>Versions of this library, of TorchSharp, of libtorch and of .NET.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>The processor and the system.</summary>
    public string Machine { get; init; } = "";

    /// <summary>Threads.</summary>
    public int Threads { get; init; }

    /// <summary>The seed.</summary>
    public long Seed { get; init; }

    /// <summary>SHA-256 of the training images.</summary>
    public string Data { get; init; } = "";

    /// <summary>When this or the last process began.</summary>
    public DateTime Begun { get; init; }

    /// <summary>When it was finished; null before.</summary>
    public DateTime? Ended { get; init; }

    /// <summary>Seconds of training, over all processes.</summary>
    public double Seconds { get; init; }

    /// <summary>Parameters of the network.</summary>
    public long Parameters { get; init; }

    /// <summary>Multiply-adds per image.</summary>
    public long Macs { get; init; }

    /// <summary>What was measured on validation samples after the last epoch, by name.</summary>
    public ImmutableSortedDictionary<string, double> Measures
    {
        get => field ?? MeasureName.None;
        init;
    } = MeasureName.None;

    /// <summary>Accuracy on validation images after the last epoch, in [0, 1]; null if it was not measured.</summary>
    [JsonIgnore]
    public double? Accuracy => Measures.TryGetValue(MeasureName.Accuracy, out var accuracy) ? accuracy : null;

    // Of earlier versions; never written.
    [JsonInclude, JsonPropertyName("accuracy")]
    internal double? EarlierAccuracy
    {
        get => null;
        init => Measures = value is { } accuracy ? Measures.SetItem(MeasureName.Accuracy, accuracy) : Measures;
    }

    /// <summary>What whoever compares the run should know; null in records of versions that kept none.</summary>
    public ImmutableArray<RunWarning>? Warnings { get; init; }

    /// <summary>SHA-256 of the files of a finished run, by name.</summary>
    public IReadOnlyDictionary<string, string>? Files { get; init; }

    /// <summary>The record in a run's folder; null if there is none that can be read.</summary>
    public static RunRecord? Read(string folder) => Read(folder, out _);

    /// <summary>The record in a run's folder; null if there is none that can be read.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="damage">
    /// Which file cannot be read, and why, as a sentence; null if it can, or there is none.
    /// </param>
    public static RunRecord? Read(string folder, out string? damage)
    {
        damage = null;
        var path = Path.Combine(folder, "record.json");
        try
        {
            return Path.Exists(path) ? CheckedJson.Read(File.ReadAllText(path), RunsJson.Default.RunRecord) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            damage = RunSummary.DamageOf(path, e);
            return null;
        }
    }

    /// <summary>SHA-256 of files in a folder, by name, in hexadecimal.</summary>
    public static IReadOnlyDictionary<string, string> Hashes(string folder, params IEnumerable<string> names) =>
        names
            .Where(n => File.Exists(Path.Combine(folder, n)))
            .ToDictionary(
                n => n,
                n =>
                {
                    using var stream = File.OpenRead(Path.Combine(folder, n));
                    return Convert.ToHexStringLower(SHA256.HashData(stream));
                }
            );

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Accuracy is not (null or (>= 0 and <= 1)))
            throw new RunException("its accuracy is not in [0, 1]");
        if (Parameters < 0 || Macs < 0 || Threads < 0 || Seconds is not (>= 0 and <= MostSeconds))
            throw new RunException("a count in it, or its time, is out of range");
    }

    internal string ToJson() => JsonSerializer.Serialize(this, RunsJson.Default.RunRecord);
}
