using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>
/// Claims about the results of sweeps, with the margins inside which a difference is noise: what is to be written
/// before the runs.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClaimFile : IJsonOnDeserialized
{
    /// <summary>What the study is about.</summary>
    public required string Title { get; init; }

    /// <summary>Accuracies closer than this many points are within noise.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double AccuracyMargin { get; init; }

    /// <summary>Parameters and multiply-adds that differ by less than this many percent are within noise.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double CostMargin { get; init; }

    /// <summary>The same of measures besides accuracy, by their names, in points or in their own unit.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public ImmutableSortedDictionary<string, double> Margins
    {
        get => field ?? MeasureName.None;
        init;
    } = MeasureName.None;

    /// <summary>The probability with which chance may confirm or refute any claim at all.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double Significance { get; init; }

    /// <summary>
    /// What a reader should know of how the results came about: above all, what was decided after some of them were
    /// seen.
    /// </summary>
    public ImmutableArray<string> Remarks
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>The sweeps.</summary>
    [JsonPropertyName("sweep")]
    public required ImmutableArray<ClaimSweep> Sweeps { get; init; }

    /// <summary>The claims.</summary>
    [JsonPropertyName("claim")]
    public required ImmutableArray<Claim> Claims { get; init; }

    /// <summary>SHA-256 of the file that was read, in hexadecimal.</summary>
    [JsonIgnore]
    public string Hash { get; private init; } = "";

    /// <summary>Differences of a measure below this are within noise.</summary>
    /// <exception cref="RunException">Nobody has said what is.</exception>
    internal double Margin(Measure measure) =>
        measure.IsCost ? CostMargin
        : Margins.TryGetValue(measure.Name, out var own) ? own
        : measure.Name == MeasureName.Accuracy ? AccuracyMargin
        : throw new RunException(
            $"A claim is about '{measure.Name}', of which no margin is given; add it, as in: margins = {{ \"{measure.Name}\" = 1 }}."
        );

    /// <summary>The sweep that a claim is about.</summary>
    internal ClaimSweep Sweep(Claim claim) => Sweeps.First(s => s.Name == claim.Sweep);

    /// <summary>Reads TOML or JSON.</summary>
    /// <exception cref="RunException">It cannot be read, or a part of it is not what it should be.</exception>
    public static ClaimFile Read(string path)
    {
        var root = TomlText.Read(path);
        try
        {
            var file = CheckedJson.Read(root.ToJsonString(), ClaimsJson.Default.ClaimFile);
            return file.Claims.FirstOrDefault(c => file.Sweeps.All(s => s.Name != c.Sweep)) is { } stray
                ? throw new RunException(
                    $"{path}: claim '{stray.Name}' is about the sweep '{stray.Sweep}', which is not listed."
                )
                : file with
                {
                    Hash = FileHash.Of(path) ?? "",
                };
        }
        catch (JsonException e)
        {
            throw new RunException($"{path} cannot be read as claims ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (
            !(AccuracyMargin >= 0)
            || !(CostMargin >= 0)
            || Margins.Values.Any(m => !(m >= 0))
            || Significance is not (> 0 and < 1)
        )
            throw new RunException("margins must be 0 or more, and the significance in (0, 1)");
        if (Sweeps.FirstOrDefault(s => $"{s.Results}{s.Search}".Contains('\0')) is { } nameless)
            throw new RunException($"the results of the sweep '{nameless.Name}' have a path with a null character");
        if (Twice(Sweeps.Select(s => s.Name)) is { } sweep)
            throw new RunException($"two sweeps are called '{sweep}'");
        if (Twice(Claims.Select(c => c.Name)) is { } claim)
            throw new RunException($"two claims are called '{claim}'");
    }

    private static string? Twice(IEnumerable<string> names) =>
        names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
}
