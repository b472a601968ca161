namespace SlimSharp.Linear;

/// <summary>When a solver stops.</summary>
public sealed record SolverOptions
{
    /// <summary>
    /// The stationarity residual to reach, as a share of the largest gradient where all weights are zero.
    /// </summary>
    public double Tolerance
    {
        get;
        init =>
            field =
                value > 0 && value < 1
                    ? value
                    : throw new ArgumentOutOfRangeException(nameof(value), value, "The tolerance must lie in (0, 1).");
    } = 1e-6;

    /// <summary>Passes over the features (coordinate descent) or steps (shrinkage) at most.</summary>
    public int MostIterations
    {
        get;
        init =>
            field =
                value > 0
                    ? value
                    : throw new ArgumentOutOfRangeException(
                        nameof(value),
                        value,
                        "There must be at least one iteration."
                    );
    } = 10_000;

    /// <summary>Stops a solver that takes too long.</summary>
    public CancellationToken Cancellation { get; init; }
}
