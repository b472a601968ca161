using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Experiments;

/// <summary>BatchNorm scales, by their absolute values.</summary>
public static class Scales
{
    /// <summary>|γ| of all BatchNorms.</summary>
    public static double[] Absolute(Network network, Weights weights) =>
        [.. ByLayer(network, weights).SelectMany(l => l.Values)];

    /// <summary>|γ| of every BatchNorm, by node.</summary>
    public static IEnumerable<(string Node, double[] Values)> ByLayer(Network network, Weights weights) =>
        from p in network.Parameters()
        where p.Parameter.Role == ParameterRole.Scale
        select (p.Node.Name, weights.Values(p.Name).Select(Math.Abs).ToArray());
}
