using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

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
    /// <summary>By node whose value layers read without weights of their own, the channels that go.</summary>
    internal ImmutableDictionary<string, long[]> Values { get; private init; } =
        ImmutableDictionary<string, long[]>.Empty;

    /// <summary>What is left of tokens; null where all stay.</summary>
    internal TokenCut? Tokens { get; private init; }

    private ChannelCut Channels => new(new NetworkGraph(Source), new NetworkGraph(Target), Kept, Read);

    internal static NetworkCut Of(SlimmingPlan plan) => Of(plan.Prepared(), plan.Groups, plan.Tokens);

    internal static NetworkCut Of(
        Network source,
        IReadOnlyList<GroupPlan> plans,
        IReadOnlyList<TokenPlan>? tokens = null
    )
    {
        var cut = ChannelCut.Of(new NetworkGraph(source), plans);
        var (groups, narrow) = (cut.Source.Groups, ((NetworkGraph)cut.Target).Network);
        var left = tokens is { Count: > 0 } ? TokenCut.Of(source, tokens) : null;
        return new(
            source,
            left?.Target(narrow) ?? narrow,
            left is null ? cut.Kept : cut.Kept.AddRange(left.Kept()),
            cut.Read
        )
        {
            Tokens = left,
            Values = groups
                .Zip(ChannelCut.RemovedUnits(groups, plans))
                .Where(g => g.Second.Length > 0)
                .SelectMany(g =>
                    g.First.ReadAsValues.Select(n => (Node: n, Units: g.First.Channels[n], Removed: g.Second))
                )
                .GroupBy(v => v.Node, v => v.Removed.SelectMany(u => v.Units[u]).Select(c => (long)c))
                .ToImmutableDictionary(v => v.Key, v => v.SelectMany(c => c).Order().ToArray()),
        };
    }

    /// <inheritdoc cref="ChannelCut.Slice"/>
    internal Weights Slice(Weights weights) => Channels.Slice(weights);

    /// <inheritdoc cref="ChannelCut.Overrides"/>
    internal Weights Overrides(Weights weights, IReadOnlyDictionary<string, long[]>? spared = null) =>
        Channels.Overrides(weights, spared);

    /// <summary>
    /// What the masked network does to values besides what stands in for weights: channels that go and that no weight
    /// reads are zero, and tokens that go are left out where they are brought together.
    /// </summary>
    /// <param name="whole">The source, perhaps with more branches.</param>
    internal MaskedNetwork Masked(Network whole)
    {
        var masked = Tokens?.Masked(whole) ?? new(whole, []);
        foreach (var (node, channels) in Values)
            masked.Taps[node] = x => Without(x, node, channels);
        return masked;
    }

    private torch.Tensor Without(torch.Tensor value, string node, long[] channels)
    {
        using var index = torch.tensor(channels, torch.int64, value.device);
        using Scalar zero = 0.0;
        return value.index_fill(Source.Shapes[node].ChannelAxis, index, zero);
    }
}
