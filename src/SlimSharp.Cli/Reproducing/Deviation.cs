namespace SlimSharp.Cli;

/// <summary>How far a quantity lies from its reference.</summary>
/// <param name="Case">The case of the reference, as in densenet10.TL1-1.</param>
/// <param name="Quantity">What was compared.</param>
/// <param name="Largest">
/// The largest deviation: over the largest reference value for real quantities, absolute for counts.
/// </param>
internal sealed record Deviation(string Case, string Quantity, double Largest)
{
    /// <summary>Up to here real quantities agree in float64.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>True if it agrees.</summary>
    public bool Agrees => Largest <= Tolerance;
}
