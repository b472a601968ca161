using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlimSharp.Runs;

/// <summary>Claims about the results of sweeps, with the margins inside which a difference is noise: what is to be written before the runs.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClaimFile
{
    /// <summary>What the study is about.</summary>
    public required string Title { get; init; }

    /// <summary>Accuracies closer than this many points are within noise.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double AccuracyMargin { get; init; }

    /// <summary>Parameters and multiply-adds that differ by less than this many percent are within noise.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double CostMargin { get; init; }

    /// <summary>The probability with which chance may confirm or refute any claim at all.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public required double Significance { get; init; }

    /// <summary>The sweeps.</summary>
    [JsonPropertyName("sweep")]
    public required ImmutableArray<ClaimSweep> Sweeps { get; init; }

    /// <summary>The claims.</summary>
    [JsonPropertyName("claim")]
    public required ImmutableArray<Claim> Claims { get; init; }

    /// <summary>Reads TOML or JSON.</summary>
    /// <exception cref="RunException">It cannot be read, or a part of it is not what it should be.</exception>
    public static ClaimFile Read(string path)
    {
        var root = TomlText.Read(path);
        try
        {
            var file = root.Deserialize(ClaimsJson.Default.ClaimFile)!;
            return file.Claims.FirstOrDefault(c => file.Sweeps.All(s => s.Name != c.Sweep)) is { } stray
                ? throw new RunException(
                    $"{path}: claim '{stray.Name}' is about the sweep '{stray.Sweep}', which is not listed."
                )
                : file;
        }
        catch (JsonException e)
        {
            throw new RunException($"{path} cannot be read as claims ({e.Message.Split('\n')[0].TrimEnd('.')}).", e);
        }
    }
}

/// <summary>A sweep that claims are about.</summary>
/// <param name="Name">What claims call it.</param>
/// <param name="Title">What it is called in the text.</param>
/// <param name="Results">The file with its results, beside the file with the claims.</param>
/// <param name="Search">The results of the sweep in which its options were chosen.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ClaimSweep(string Name, string Title, string Results, string? Search = null);

/// <summary>A claim: inequalities that must all hold.</summary>
/// <param name="Name">A short name.</param>
/// <param name="Text">The claim in words.</param>
/// <param name="Sweep">The sweep that it is about.</param>
/// <param name="Holds">The inequalities.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Claim(string Name, string Text, string Sweep, ImmutableArray<Inequality> Holds);

/// <summary>Something measured of one case is less than, more than, or within noise of that of another.</summary>
/// <param name="Measure">What is measured.</param>
/// <param name="Stage">After which stage.</param>
/// <param name="Of">One case.</param>
/// <param name="Is">How they compare.</param>
/// <param name="Than">The other case.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Inequality(Measure Measure, string Stage, string Of, Relation Is, string Than);

/// <summary>What is compared.</summary>
public enum Measure
{
    /// <summary>Accuracy on test images, in points.</summary>
    Accuracy,

    /// <summary>Accuracy lost since the first stage, in points.</summary>
    Loss,

    /// <summary>Parameters, in percent of the other's.</summary>
    Parameters,

    /// <summary>Multiply-adds, in percent of the other's.</summary>
    Macs,
}

/// <summary>How two things compare.</summary>
public enum Relation
{
    /// <summary>One is less.</summary>
    Less,

    /// <summary>One is more.</summary>
    More,

    /// <summary>They differ by less than the margin.</summary>
    Equal,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(ClaimFile))]
internal sealed partial class ClaimsJson : JsonSerializerContext;
