using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace SlimSharp.Networks;

/// <summary>
/// Which channels of a network live and die together, computed once and used by planning and surgery.
/// </summary>
public static class ChannelGroups
{
    private static readonly ConditionalWeakTable<Network, IReadOnlyList<ChannelGroup>> Known = [];

    /// <summary>All groups, in the order of their producers. Every channel of every node is in exactly one.</summary>
    public static IReadOnlyList<ChannelGroup> Of(Network network) => Known.GetValue(network, Find);

    private static IReadOnlyList<ChannelGroup> Find(Network network)
    {
        var union = new ChannelUnion(network);
        var members = Members(network, union);
        var frozen = Frozen(network, union);
        var readers = network
            .Nodes.SelectMany(n => n.Inputs.Distinct().Select(i => (Input: i, Reader: n)))
            .ToLookup(r => r.Input, r => r.Reader);
        // Units that touch the same nodes and share their fate form one group.
        var groups =
            from unit in members
            orderby unit.Key
            let reason = frozen.GetValueOrDefault(unit.Key)
            group unit.Value by (Nodes: Fingerprint(unit.Value.Keys), unit.Value.Count, Reason: reason) into units
            select Describe(network, readers, [.. units], units.Key.Reason);
        return [.. groups.GroupBy(g => g.Name).SelectMany(Numbered)];
    }

    private static long Fingerprint(IEnumerable<string> nodes) =>
        nodes.Aggregate(
            17L,
            (hash, node) => unchecked(hash * 1_000_000_007 + string.GetHashCode(node, StringComparison.Ordinal))
        );

    // Channels of one producer that go different ways get names of their own: stem, stem#2, ...
    private static IEnumerable<ChannelGroup> Numbered(IEnumerable<ChannelGroup> namesakes) =>
        namesakes.Select((g, i) => i == 0 ? g : g with { Name = $"{g.Name}#{i + 1}" });

    // For every unit: its channels in each node, nodes in network order.
    private static Dictionary<int, Dictionary<string, List<int>>> Members(Network network, ChannelUnion union)
    {
        var members = new Dictionary<int, Dictionary<string, List<int>>>();
        foreach (var node in network.Nodes)
        {
            for (var channel = 0; channel < network.Shapes[node.Name].Channels; channel++)
            {
                var unit = union.Find(node.Name, channel);
                if (!members.TryGetValue(unit, out var nodes))
                    members[unit] = nodes = [];
                if (!nodes.TryGetValue(node.Name, out var channels))
                    nodes[node.Name] = channels = [];
                channels.Add(channel);
            }
        }
        return members;
    }

    private static Dictionary<int, FrozenReason> Frozen(Network network, ChannelUnion union)
    {
        var frozen = new Dictionary<int, FrozenReason>();
        foreach (var node in network.Nodes)
        {
            if (network.Outputs.Contains(node.Name))
                Freeze(node.Name, new(FrozenKind.Output));
            else if (node.IsInput)
                Freeze(node.Name, new(FrozenKind.Input));
            if (network.FlowOf(node) is not ChannelFlow.Whole(var because))
                continue;
            // Such a layer keeps what it reads, too.
            foreach (var name in node.Inputs.Add(node.Name))
                Freeze(name, new(FrozenKind.Layer, because));
        }
        return frozen;

        void Freeze(string node, FrozenReason reason)
        {
            for (var channel = 0; channel < network.Shapes[node].Channels; channel++)
                frozen.TryAdd(union.Find(node, channel), reason);
        }
    }

    private static ChannelGroup Describe(
        Network network,
        ILookup<string, Node> readers,
        Dictionary<string, List<int>>[] units,
        FrozenReason? reason
    )
    {
        var channels = units[0]
            .Keys.ToImmutableSortedDictionary(
                node => node,
                node => units.Select(u => u[node].ToImmutableArray()).ToImmutableArray(),
                StringComparer.Ordinal
            );
        return new(units[0].Keys.First(), units.Length, [.. Slices(network, readers, channels)], channels, reason)
        {
            ReadAsValues = [.. channels.Keys.Where(node => readers[node].Any(r => ReadsAsValue(network, r, node)))],
        };
    }

    private static bool ReadsAsValue(Network network, Node reader, string node)
    {
        var ports = Enumerable.Range(0, reader.Inputs.Length).Where(p => reader.Inputs[p] == node);
        return network.FlowOf(reader) switch
        {
            ChannelFlow.Joins joins => ports.Any(p => p != joins.Follows),
            ChannelFlow.Own => ports.Any(port =>
                !reader
                    .Layer.Parameters(network.InputShapes(reader))
                    .Any(p => p.InputAxis is not null && p.InputPort == port)
            ),
            _ => false,
        };
    }

    private static IEnumerable<ChannelSlice> Slices(
        Network network,
        ILookup<string, Node> readers,
        ImmutableSortedDictionary<string, ImmutableArray<ImmutableArray<int>>> channels
    )
    {
        var touched = channels.Keys.Select(k => network[k]).Concat(channels.Keys.SelectMany(k => readers[k]));
        foreach (var node in touched.Distinct().Where(n => n.Shares is null))
        {
            foreach (var parameter in node.Layer.Parameters(network.InputShapes(node)))
            {
                var name = $"{node.Name}.{parameter.Name}";
                if (parameter.OutputAxis is { } output && channels.TryGetValue(node.Name, out var own))
                    yield return new(name, output, ReadsInput: false, WithinGroup(own, (int)parameter.Sizes[output]));
                if (
                    parameter.InputAxis is { } input
                    && channels.TryGetValue(node.Inputs[parameter.InputPort], out var read)
                )
                    yield return new(name, input, ReadsInput: true, WithinGroup(read, (int)parameter.Sizes[input]));
            }
        }
    }

    // A grouped convolution's weight has one place per input channel of a group, a transposed one's per output channel
    // of a group.
    private static ImmutableArray<ImmutableArray<int>> WithinGroup(
        ImmutableArray<ImmutableArray<int>> channels,
        int places
    ) => [.. channels.Select(unit => unit.Select(c => c % places).Distinct().ToImmutableArray())];
}
