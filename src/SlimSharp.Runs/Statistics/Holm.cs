namespace SlimSharp.Runs;

/// <summary>Several tests at once.</summary>
public static class Holm
{
    /// <summary>
    /// p-values of which none is below α by chance with more than probability α, however the tests depend on each other
    /// (Holm, 1979).
    /// </summary>
    /// <param name="values">The p-value of each test alone.</param>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> values)
    {
        var (adjusted, most) = (new double[values.Count], 0.0);
        var left = values.Count;
        foreach (var i in Enumerable.Range(0, values.Count).OrderBy(i => values[i]))
        {
            most = Math.Max(most, Math.Min(1, left-- * values[i]));
            adjusted[i] = most;
        }
        return adjusted;
    }
}
