namespace SlimSharp.Cli;

/// <summary>Scales in a line.</summary>
internal static class Sketch
{
    private const string Bars = " ▁▂▃▄▅▆▇█";

    /// <summary>One bar per third of a decade from 1e-6 to 10.</summary>
    internal static string Of(double[] values)
    {
        const int Bins = 21; // thirds of decades
        var counts = new int[Bins];
        foreach (var v in values)
            counts[Math.Clamp((int)Math.Floor((Math.Log10(Math.Max(v, 1e-300)) + 6) * 3), 0, Bins - 1)]++;
        var most = Math.Max(counts.Max(), 1);
        return string.Concat(counts.Select(c => Bars[c == 0 ? 0 : Math.Max(1, c * (Bars.Length - 1) / most)]));
    }
}
