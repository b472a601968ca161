using System.Collections.Immutable;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>What is to be cut, and how that was decided.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Plan">The plan that will be carried out.</param>
public sealed record PlannedCut(PruningOptions Options, SlimmingPlan Plan)
{
    /// <summary>How a latency was planned; null where none was asked for.</summary>
    public PlannedLatency? Latency { get; init; }

    /// <summary>The plans that were tried; empty where there was but one.</summary>
    public ImmutableArray<CutCandidate> Candidates { get; init; } = [];

    /// <summary>The plan of which <see cref="Plan"/> is a control; null where it is none.</summary>
    public SlimmingPlan? ControlOf { get; init; }
}
