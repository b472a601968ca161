using System.Collections.Immutable;
using SlimSharp.Latency;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>A cut to a latency, as it was planned and, on the machine of the table, measured.</summary>
/// <param name="Goal">What was asked for.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Table">The table that it was made with.</param>
/// <param name="Layers">The layers of the whole network.</param>
public sealed record PlannedLatency(
    LatencyGoal Goal,
    SlimmingPlan Plan,
    LatencyTable Table,
    ImmutableArray<LayerUse> Layers
)
{
    /// <summary>How far from the goal a measured network may be, as a share of it.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Runs of each network that was timed, turn by turn.</summary>
    public const int Runs = 100;

    /// <summary>Milliseconds of the whole and of the cut network; null where the table is of another machine.</summary>
    public (double Before, double After)? Measured { get; init; }

    /// <summary>By what share the cut network takes longer than asked for; null where nothing was measured.</summary>
    public double? Miss => Measured is { } m ? (m.After / Goal.Of(m.Before)) - 1 : null;

    /// <summary>True if it was measured, and takes longer than asked for by more than the tolerance.</summary>
    public bool IsMissed => Miss > Tolerance;
}
