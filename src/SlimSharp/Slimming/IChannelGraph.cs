using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// All that planning and surgery know of a network: groups of channels, where these lie in its parameters, and what it
/// costs. A <see cref="Network"/> is one source of it (<see cref="NetworkGraph"/>); whatever else can say as much can
/// be planned and cut like one.
/// </summary>
public interface IChannelGraph
{
    /// <summary>What it is called, for messages.</summary>
    string Name { get; }

    /// <summary>All groups, each of a name of its own. Every node's channels are in one of them.</summary>
    IReadOnlyList<ChannelGroup> Groups { get; }

    /// <summary>The names of all nodes.</summary>
    IEnumerable<string> Nodes => Groups.SelectMany(g => g.Channels.Keys).Distinct();

    /// <summary>All parameters and buffers by the full names that the groups' slices have, in a fixed order.</summary>
    IReadOnlyDictionary<string, LayerParameter> Parameters { get; }

    /// <summary>What it costs.</summary>
    NetworkCost Cost { get; }

    /// <summary>What is left of it.</summary>
    /// <param name="plans">What stays of groups; one of which no plan speaks stays whole.</param>
    /// <exception cref="PlanException">Something would be emptied that may not be.</exception>
    IChannelGraph Cut(IReadOnlyList<GroupPlan> plans);

    /// <summary>Why no unit of a group may go, or null.</summary>
    /// <param name="group">One of its groups.</param>
    PlanReason? StaysBecause(ChannelGroup group) => group.FrozenBecause is { } frozen ? PlanReason.Of(frozen) : null;

    /// <summary>The plans without units that nothing reads any more once the others are gone.</summary>
    /// <param name="plans">What is to stay, for every group.</param>
    /// <param name="options">What must stay all the same.</param>
    IReadOnlyList<GroupPlan> WithoutUnread(IReadOnlyList<GroupPlan> plans, PlanOptions options) => plans;

    /// <summary>
    /// The branches that do not depend on the inputs, and may go whole, once some groups are emptied.
    /// </summary>
    /// <param name="emptied">
    /// Groups none of whose units is to stay; those of them that would not go with a branch do not count.
    /// </param>
    /// <param name="weights">Its weights.</param>
    /// <param name="options">Whether constants that the branches add are left out.</param>
    ImmutableArray<BranchPlan> BranchesWithout(
        IReadOnlyList<ChannelGroup> emptied,
        Weights weights,
        PlanOptions options
    ) => [];

    /// <summary>What is left once these branches are gone.</summary>
    /// <param name="branches">Some that <see cref="BranchesWithout"/> named.</param>
    IChannelGraph Without(ImmutableArray<BranchPlan> branches) => this;
}
