namespace SlimSharp.Runs;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is, for the legend.</param>
/// <param name="X">Where its points stand on the horizontal axis.</param>
/// <param name="Y">Their values; what is not finite leaves a gap.</param>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>How far the band around it reaches up and down at each point; null: there is none.</summary>
    public IReadOnlyList<double>? Deviations { get; init; }

    /// <summary>Values at 1, 2, 3, …</summary>
    public static Series ByEpoch(string name, IReadOnlyList<double> values) =>
        new(name, [.. Enumerable.Range(1, values.Count).Select(i => (double)i)], values);
}
