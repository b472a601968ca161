using System.Globalization;
using System.Text.Json.Nodes;
using SlimSharp.Latency;
using SlimSharp.Slimming;
using Values = System.Collections.Generic.SortedDictionary<string, string>;

namespace SlimSharp.Experiments;

/// <summary>
/// What a cut was asked for, by short names: macs, criterion, min-channels. A cut file keeps it in its provenance: the
/// plan of a control, of a speed-up or of a round says what was made of that.
/// </summary>
public static class CutSettings
{
    /// <summary>What is not as it is by default.</summary>
    public static IReadOnlyDictionary<string, string> Of(PruningOptions options)
    {
        var values = Of(options.Asked ?? options.Plan, options.Latency);
        if (options.Control is { } control)
            values["control"] = $"{control}".ToLowerInvariant();
        if (options.Candidates > 1)
            values["candidates"] = $"{options.Candidates}";
        if (options.Recalibrate)
            values["recalibrate"] = "true";
        if (options.Images != PruningOptions.UsualImages && options.Measures)
            values["images"] = $"{options.Images}";
        return values;
    }

    /// <summary>The same of a plan's options alone.</summary>
    public static IReadOnlyDictionary<string, string> Of(PlanOptions options) => Of(options, null);

    private static Values Of(PlanOptions options, LatencyGoal? goal)
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
        Put(
            "layer-widths",
            target is PlanTarget.Channels channels
                ? string.Join(' ', channels.Kept.Select(k => $"{k.Key}={k.Value}"))
                : null
        );
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
        Put("cap", options.Cap);
        Put("round-to", options.RoundTo, 1);
        Put("keep", options.Keep.IsEmpty ? null : string.Join(' ', options.Keep));
        Put("trunk", options.Trunk, Trunk.Coupled);
        Put("coupled-by", options.Reduction, ImportanceReduction.Max);
        Put("constants", options.Constants, ConstantTreatment.Drop);
        Put("criterion", options.Criterion);
        Put("normalized", options.Normalized);
        Put("group-norm", options.GroupNormScales is { } areScales ? (areScales ? "scales" : "gains") : null);
        Put("seed", options.Seed, 0L);
        return values;
    }

    /// <summary>As a file's provenance keeps them.</summary>
    public static string ToJson(IReadOnlyDictionary<string, string> settings) =>
        new JsonObject(settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))).ToJsonString();
}
