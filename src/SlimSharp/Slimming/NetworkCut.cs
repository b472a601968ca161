using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>A <see cref="ChannelCut"/> of a network.</summary>
/// <param name="Source">The network to be cut.</param>
/// <param name="Target">The network that results.</param>
/// <param name="Kept">By parameter and axis, the places that stay, ascending.</param>
/// <param name="Read">By parameter, the axis that follows a layer's input and the places there that go.</param>
internal sealed record NetworkCut(
    Network Source,
    Network Target,
    ImmutableDictionary<(string Parameter, int Axis), long[]> Kept,
    ImmutableDictionary<string, (int Axis, long[] Removed)> Read
)
{
    private ChannelCut Channels => new(new NetworkGraph(Source), new NetworkGraph(Target), Kept, Read);

    internal static NetworkCut Of(SlimmingPlan plan) => Of(plan.Prepared(), plan.Groups);

    internal static NetworkCut Of(Network source, IReadOnlyList<GroupPlan> plans)
    {
        var cut = ChannelCut.Of(new NetworkGraph(source), plans);
        return new(source, ((NetworkGraph)cut.Target).Network, cut.Kept, cut.Read);
    }

    /// <inheritdoc cref="ChannelCut.Slice"/>
    internal Weights Slice(Weights weights) => Channels.Slice(weights);

    /// <inheritdoc cref="ChannelCut.Overrides"/>
    internal Weights Overrides(Weights weights, IReadOnlyDictionary<string, long[]>? spared = null) =>
        Channels.Overrides(weights, spared);
}
