using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Union-find over all output channels of all nodes: which live and die together.</summary>
internal sealed class ChannelUnion
{
    private readonly Dictionary<string, int> _offset = [];
    private readonly int[] _parent;

    internal ChannelUnion(Network network)
    {
        var count = 0;
        foreach (var node in network.Nodes)
        {
            _offset[node.Name] = count;
            count += network.Shapes[node.Name].Channels;
        }
        _parent = [.. Enumerable.Range(0, count)];
        foreach (var node in network.Nodes)
            Unite(network, node);
    }

    /// <summary>The representative of a channel's unit.</summary>
    internal int Find(string node, int channel) => Root(_offset[node] + channel);

    private void Unite(Network network, Node node)
    {
        var shapes = network.InputShapes(node);
        var channels = network.Shapes[node.Name].Channels;
        var flow = node.Layer.Flow(shapes);
        if (!Fits(flow, shapes, channels))
            throw new NetworkException(
                $"{node.Layer.GetType().Name} '{node.Name}' says that its channels follow those of its inputs ({flow.GetType().Name}), but it reads {string.Join(" and ", shapes)} and makes {channels} channels."
            );
        switch (flow)
        {
            case ChannelFlow.Same:
                foreach (var input in node.Inputs)
                    JoinEach(_offset[node.Name], _offset[input], channels);
                break;
            case ChannelFlow.Map(var sources):
                for (var i = 0; i < channels; i++)
                {
                    if (sources[i] != ChannelSource.None)
                        Join(_offset[node.Name] + i, _offset[node.Inputs[sources[i].Port]] + sources[i].Channel);
                }
                break;
            case ChannelFlow.Whole when shapes is [var whole, ..] && whole.Channels == channels:
                JoinEach(_offset[node.Name], _offset[node.Inputs[0]], channels);
                break;
            case ChannelFlow.Blocks(var count):
                JoinEach(_offset[node.Name], _offset[node.Inputs[0]], channels);
                for (var i = 0; i < channels; i++)
                    Join(_offset[node.Name] + i, _offset[node.Name] + i / (channels / count) * (channels / count));
                break;
            case ChannelFlow.Joins joins:
                Join(node, joins, channels, shapes[joins.Left].Channels);
                break;
            case ChannelFlow.Own(var groups) when groups > 1:
                TieGroups(_offset[node.Name], channels, groups);
                TieGroups(_offset[node.Inputs[0]], shapes[0].Channels, groups);
                break;
        }
        // Who computes with another's parameters loses the same channels.
        if (node.Shares is { } owner)
        {
            JoinEach(_offset[node.Name], _offset[owner], channels);
            foreach (var ((own, other), shape) in node.Inputs.Zip(network[owner].Inputs).Zip(shapes))
                JoinEach(_offset[own], _offset[other], shape.Channels);
        }
    }

    private void Join(Node node, ChannelFlow.Joins joins, int values, int keys)
    {
        int Offset(int port) => _offset[node.Inputs[port]];
        JoinEach(_offset[node.Name], Offset(joins.Follows), values);
        JoinEach(Offset(joins.Left), Offset(joins.Right), keys);
        if (joins.ByPlace)
        {
            TieGroups(_offset[node.Name], values, joins.Heads);
            TieGroups(Offset(joins.Left), keys, joins.Heads);
            return;
        }
        var (perHead, perKey) = (values / joins.Heads, keys / joins.Heads);
        for (var head = 0; head < joins.Heads; head++)
        {
            var first = _offset[node.Name] + head * perHead;
            for (var i = 1; i < perHead; i++)
                Join(first, first + i);
            for (var i = 0; i < perKey; i++)
                Join(first, Offset(joins.Left) + head * perKey + i);
        }
    }

    // Kinds of others' may say what cannot be.
    private static bool Fits(ChannelFlow flow, Shape[] shapes, int channels) =>
        flow switch
        {
            ChannelFlow.Same => shapes.All(s => s.Channels == channels),
            ChannelFlow.Map(var sources) => AreThere(sources, shapes, channels),
            ChannelFlow.Pick(var sources) => AreThere(sources, shapes, channels),
            ChannelFlow.Blocks(var count) => shapes is [var read] && read.Channels == channels && channels % count == 0,
            ChannelFlow.Joins(var left, var right, var follows, var heads) => Math.Min(left, Math.Min(right, follows))
                >= 0
                && Math.Max(left, Math.Max(right, follows)) < shapes.Length
                && shapes[left].Channels == shapes[right].Channels
                && shapes[follows].Channels == channels
                && heads > 0
                && shapes[left].Channels % heads == 0
                && channels % heads == 0,
            ChannelFlow.Own(var groups) when groups > 1 => channels % groups == 0 && shapes[0].Channels % groups == 0,
            _ => true,
        };

    private static bool AreThere(ImmutableArray<ChannelSource> sources, Shape[] shapes, int channels) =>
        sources.Length == channels
        && sources.All(s =>
            s == ChannelSource.None
            || s.Port >= 0 && s.Port < shapes.Length && s.Channel >= 0 && s.Channel < shapes[s.Port].Channels
        );

    // Every group must keep the same places, so that all stay equally wide.
    private void TieGroups(int offset, int channels, int groups)
    {
        var perGroup = channels / groups;
        for (var i = perGroup; i < channels; i++)
            Join(offset + i, offset + i % perGroup);
    }

    private void JoinEach(int a, int b, int count)
    {
        for (var i = 0; i < count; i++)
            Join(a + i, b + i);
    }

    private void Join(int a, int b)
    {
        var (x, y) = (Root(a), Root(b));
        // The earliest channel represents its unit, so that units are ordered as their first producer orders them.
        _parent[Math.Max(x, y)] = Math.Min(x, y);
    }

    private int Root(int i)
    {
        while (_parent[i] != i)
            i = _parent[i] = _parent[_parent[i]];
        return i;
    }
}
