using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>
/// Units that pass through the same nodes. A unit is a least set of channels that can only be kept or removed together:
/// one channel of a convolution with those of its BatchNorm, activation and every consumer, or, behind a sum, one
/// channel of each of its terms.
/// </summary>
/// <param name="Name">
/// The node that first produces the channels; with #2, #3, … where its channels go different ways.
/// </param>
/// <param name="Units">How many units.</param>
/// <param name="Slices">Where they lie in parameters.</param>
/// <param name="Channels">Where they lie in the outputs of nodes: for each node, the channels of every unit.</param>
/// <param name="FrozenBecause">Why no unit may be removed, or null.</param>
public sealed record ChannelGroup(
    string Name,
    int Units,
    ImmutableArray<ChannelSlice> Slices,
    ImmutableSortedDictionary<string, ImmutableArray<ImmutableArray<int>>> Channels,
    FrozenReason? FrozenBecause
)
{
    /// <summary>
    /// Those nodes whose channels end in a layer that weighs them by no parameter of its own: one that multiplies
    /// values with values, or mixes channels in a way of its own. In the place of such a channel that goes no weight
    /// can be zeroed, but the value.
    /// </summary>
    public ImmutableArray<string> ReadAsValues { get; init; } = [];
}
