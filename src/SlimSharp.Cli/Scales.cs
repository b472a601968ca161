using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>BatchNorm scales, to be looked at.</summary>
internal static class Scales
{
    private const string Bars = " ▁▂▃▄▅▆▇█";

    /// <summary>|γ| of all BatchNorms.</summary>
    internal static double[] Absolute(Network network, Weights weights) =>
        [.. ByLayer(network, weights).SelectMany(l => l.Values)];

    /// <summary>|γ| of every BatchNorm, by node.</summary>
    internal static IEnumerable<(string Node, double[] Values)> ByLayer(Network network, Weights weights) =>
        from p in network.Parameters()
        where p.Parameter.Role == ParameterRole.Scale
        select (p.Node.Name, weights.Values(p.Name).Select(Math.Abs).ToArray());

    /// <summary>A line of bars, one per decade part from 1e-6 to 10.</summary>
    internal static string Sketch(double[] values)
    {
        const int Bins = 21; // thirds of decades
        var counts = new int[Bins];
        foreach (var v in values)
            counts[Math.Clamp((int)Math.Floor((Math.Log10(Math.Max(v, 1e-300)) + 6) * 3), 0, Bins - 1)]++;
        var most = Math.Max(counts.Max(), 1);
        return string.Concat(counts.Select(c => Bars[c == 0 ? 0 : Math.Max(1, c * (Bars.Length - 1) / most)]));
    }
}
