namespace SlimSharp.Cli;

/// <summary>How far a quantity lies from its reference.</summary>
/// <param name="Case">The case of the reference, as in densenet10.TL1-1.</param>
/// <param name="Quantity">What was compared.</param>
/// <param name="Largest">
/// The largest deviation: over the largest reference value for real quantities, absolute for counts.
/// </param>
internal sealed record Deviation(string Case, string Quantity, double Largest)
{
    /// <summary>Up to here it agrees: real quantities in float64, unless their reference is stored in less.</summary>
    public double Tolerance { get; init; } = 1e-9;

    /// <summary>True if it agrees.</summary>
    public bool Agrees => Largest <= Tolerance;
}
