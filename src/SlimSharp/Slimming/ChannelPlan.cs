using System.Collections.Immutable;

namespace SlimSharp.Slimming;

/// <summary>
/// What stays of the groups of an <see cref="IChannelGraph"/>. Of a network, a <see cref="SlimmingPlan"/> is made of
/// it, which can be stored.
/// </summary>
/// <param name="Graph">What the groups are of: what was planned for, without the branches that go.</param>
/// <param name="Branches">The branches that go whole.</param>
/// <param name="Groups">What becomes of every group.</param>
public sealed record ChannelPlan(
    IChannelGraph Graph,
    ImmutableArray<BranchPlan> Branches,
    ImmutableArray<GroupPlan> Groups
)
{
    /// <inheritdoc cref="SlimmingPlan.Threshold"/>
    public double Threshold { get; init; } = -1;

    /// <inheritdoc cref="SlimmingPlan.Scales"/>
    public int Scales { get; init; }

    /// <inheritdoc cref="SlimmingPlan.SafeScales"/>
    public int SafeScales { get; init; }

    /// <inheritdoc cref="SlimmingPlan.Gap"/>
    public ScaleGap? Gap { get; init; }

    /// <summary>What was known of every group, in their order, before it was decided.</summary>
    internal IReadOnlyList<Candidate> Candidates { get; init; } = [];
}
