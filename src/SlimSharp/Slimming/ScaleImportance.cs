using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>The importance of a unit by |scale| of its BatchNorm channels (Liu et al., ICCV 2017, for one such channel).</summary>
public static class ScaleImportance
{
    /// <summary>One number per unit, or null for a group that has no BatchNorm scale.</summary>
    public static double[]? Of(
        ChannelGroup group,
        Network network,
        Weights weights,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var members = new List<double>[group.Units];
        var any = false;
        foreach (var (name, node, parameter) in network.Parameters())
        {
            if (parameter.Role != ParameterRole.Scale || !group.Channels.TryGetValue(node.Name, out var channels))
                continue;
            any = true;
            var scales = weights.Values(name);
            for (var unit = 0; unit < group.Units; unit++)
                (members[unit] ??= []).AddRange(channels[unit].Select(c => Math.Abs(scales[c])));
        }
        return any ? [.. members.Select(m => Reduce(m, reduction))] : null;
    }

    private static double Reduce(List<double> scales, ImportanceReduction reduction) =>
        reduction switch
        {
            ImportanceReduction.Mean => scales.Average(),
            ImportanceReduction.Sum => scales.Sum(),
            _ => scales.Max(),
        };
}
