using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using SlimSharp.Latency;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using Values = System.Collections.Generic.SortedDictionary<string, string>;

namespace SlimSharp.Cli;

/// <summary>
/// What a cut was asked for, by the names of <c>slim prune</c>'s options. A cut file keeps it in its provenance: the
/// plan of a control, of a speed-up or of a round says what was made of that.
/// </summary>
internal static class CutSettings
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

    /// <summary>What is not as it is by default.</summary>
    internal static Values Of(PlanOptions options, LatencyGoal? goal = null)
    {
        var values = new Values(StringComparer.Ordinal);
        void Put(string name, object? value, object? otherwise = null)
        {
            if (value is not (null or false) && !value.Equals(otherwise))
                values[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!.ToLowerInvariant();
        }
        var target = options.Target;
        Put("ratio", (target as PlanTarget.Ratio)?.Share);
        Put("macs", (target as PlanTarget.Macs)?.Share);
        Put("params", (target as PlanTarget.Parameters)?.Share);
        Put("below", (target as PlanTarget.Below)?.Share);
        Put("layer-widths", target is PlanTarget.Channels channels ? ChannelCounts.Text(channels) : null);
        Put("latency", goal is null ? (target as PlanTarget.Latency)?.Milliseconds : goal.Milliseconds);
        Put("speedup", goal?.Speedup);
        Put(
            "widths",
            goal is null ? null
                : goal.Choice == WidthChoice.Threshold ? "threshold"
                : "least-loss"
        );
        Put("zeros", target is PlanTarget.Zeros);
        Put("empty-blocks", options.EmptyBlocks);
        Put("drop-shifts", options.DropShifts);
        Put("per-layer", target is PlanTarget.Ratio { PerLayer: true });
        Put("min-channels", options.MinChannels, 1);
        Put("round-to", options.RoundTo, 1);
        Put("keep", options.Keep.IsEmpty ? null : string.Join(' ', options.Keep));
        Put("trunk", options.Trunk, Trunk.Coupled);
        Put("coupled-by", options.Reduction, ImportanceReduction.Max);
        Put("constants", options.Constants, ConstantTreatment.Drop);
        Put("criterion", options.Criterion);
        Put("normalized", options.Normalized);
        Put("seed", options.Seed, 0L);
        return values;
    }

    /// <summary>As a file's provenance keeps them.</summary>
    internal static string ToJson(IReadOnlyDictionary<string, string> settings) =>
        new JsonObject(settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))).ToJsonString();

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
            return Of(SlimmingPlan.FromJson(plan).Options);
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
