using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>The importance of a unit: the largest |scale| of its BatchNorm channels (Liu et al., ICCV 2017, for one such channel).</summary>
public static class ScaleImportance
{
    /// <summary>One number per unit, or null for a group that has no BatchNorm scale.</summary>
    public static double[]? Of(ChannelGroup group, Network network, Weights weights)
    {
        double[]? importance = null;
        foreach (var (name, node, parameter) in network.Parameters())
        {
            if (parameter.Role != ParameterRole.Scale || !group.Channels.TryGetValue(node.Name, out var channels))
                continue;
            var scales = weights.Values(name);
            importance ??= new double[group.Units];
            for (var unit = 0; unit < group.Units; unit++)
            {
                foreach (var channel in channels[unit])
                    importance[unit] = Math.Max(importance[unit], Math.Abs(scales[channel]));
            }
        }
        return importance;
    }
}
