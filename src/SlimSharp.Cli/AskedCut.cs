using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Runs;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>
/// What a cut file says was asked for, by the names of <c>slim prune</c>'s options, without its tensors.
/// </summary>
internal static class AskedCut
{
    private static readonly string[] Targets =
    [
        "macs",
        "params",
        "ratio",
        "below",
        "layer-widths",
        "latency",
        "speedup",
        "zeros",
    ];

    /// <summary>
    /// Those of a file, by its metadata; of files that do not say, what their plan was made from. Null if the file was
    /// not cut.
    /// </summary>
    internal static IReadOnlyDictionary<string, string>? Of(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue("plan", out var plan))
            return null;
        if (Asked(SlimHeader.Part(metadata, "provenance")) is { } asked)
            return asked;
        try
        {
            return CutSettings.Of(SlimmingPlan.FromJson(plan).Options);
        }
        catch (PlanException)
        {
            return ImmutableDictionary<string, string>.Empty;
        }
    }

    private static IReadOnlyDictionary<string, string>? Asked(JsonObject? provenance) =>
        SlimHeader.Part(provenance, Certificate.Asked) is { } asked ? RunList.Settings(asked) : null;

    /// <summary>How much was to be cut, in words, as in macs 0.6.</summary>
    internal static string Target(IReadOnlyDictionary<string, string> settings) =>
        Targets.FirstOrDefault(settings.ContainsKey) is { } name
            ? $"{(settings[name] == "true" ? name : $"{name} {settings[name]}")}{(settings.TryGetValue("control", out var control) ? $", {control}" : "")}"
            : "";
}
