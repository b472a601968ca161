namespace SlimSharp.Runs;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is, for the legend.</param>
/// <param name="Values">Its values; the first stands at 1 on the horizontal axis.</param>
public sealed record Series(string Name, IReadOnlyList<double> Values);
