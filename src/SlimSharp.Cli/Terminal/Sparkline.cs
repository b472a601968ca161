namespace SlimSharp.Cli;

/// <summary>Numbers as a line of bars.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>A bar for each value, from the lowest to the highest of them.</summary>
    internal static string Of(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return Of(all, all.DefaultIfEmpty().Min(), all.DefaultIfEmpty().Max());
    }

    /// <summary>A bar for each value, from <paramref name="low"/> to <paramref name="high"/>.</summary>
    internal static string Of(IEnumerable<double> values, double low, double high) =>
        string.Concat(
            values.Select(v =>
                Bars[
                    high > low && double.IsFinite(v)
                        ? Math.Clamp((int)((v - low) / (high - low) * Bars.Length), 0, Bars.Length - 1)
                        : 0
                ]
            )
        );
}
