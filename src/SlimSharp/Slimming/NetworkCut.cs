using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A plan worked out: for every axis of every parameter the places that stay, and the network that results.</summary>
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
    internal static NetworkCut Of(SlimmingPlan plan)
    {
        var prepared = plan.Prepared();
        return Of(prepared, ChannelGroups.Of(prepared), plan.Groups);
    }

    internal static NetworkCut Of(Network source, IReadOnlyList<ChannelGroup> groups, IReadOnlyList<GroupPlan> plans)
    {
        var removedOf = RemovedUnits(groups, plans);
        var removedChannels = source.Nodes.ToDictionary(n => n.Name, _ => new HashSet<int>());
        var removedPlaces = new Dictionary<(string Parameter, int Axis), HashSet<long>>();
        var reads = new Dictionary<string, int>();
        foreach (var (group, removed) in groups.Zip(removedOf))
        {
            foreach (var (node, channels) in group.Channels)
                removedChannels[node].UnionWith(removed.SelectMany(u => channels[u]));
            foreach (var slice in group.Slices)
            {
                var key = (slice.Parameter, slice.Axis);
                if (!removedPlaces.TryGetValue(key, out var places))
                    removedPlaces[key] = places = [];
                places.UnionWith(removed.SelectMany(u => slice.Places[u]).Select(p => (long)p));
                if (slice.ReadsInput)
                    reads[slice.Parameter] = slice.Axis;
            }
        }
        var sizes = source.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Sizes);
        return new(
            source,
            Narrow(source, removedChannels),
            removedPlaces.ToImmutableDictionary(
                p => p.Key,
                p => Remaining(sizes[p.Key.Parameter][p.Key.Axis], p.Value)
            ),
            reads.ToImmutableDictionary(r => r.Key, r => (r.Value, removedPlaces[(r.Key, r.Value)].Order().ToArray()))
        );
    }

    /// <summary>The tensors of the target, taken from those of the source; the caller disposes them.</summary>
    internal Weights Slice(Weights weights)
    {
        var sliced = new Weights();
        var left = Target.Nodes.Select(n => n.Name).ToHashSet();
        foreach (var (name, _, parameter) in Source.Parameters().Where(p => left.Contains(p.Node.Name)))
        {
            var tensor = weights[name].clone();
            for (var axis = 0; axis < parameter.Sizes.Length; axis++)
            {
                if (!Kept.TryGetValue((name, axis), out var places))
                    continue;
                using var before = tensor;
                using var index = torch.tensor(places, torch.int64, tensor.device);
                tensor = before.index_select(axis, index);
            }
            sliced[name] = tensor;
        }
        return sliced;
    }

    /// <summary>
    /// The source's tensors with zeros wherever a consumer reads a removed channel, which is the same as multiplying these
    /// channels by zero at the consumer. Channels in <paramref name="spared"/> stay. The caller disposes them.
    /// </summary>
    internal Weights Mask(Weights weights, IReadOnlyDictionary<string, long[]>? spared = null)
    {
        var masked = weights.Copy();
        foreach (var (name, (axis, removed)) in Read)
        {
            long[] zeroed = spared?.GetValueOrDefault(name) is { } some ? [.. removed.Except(some)] : removed;
            if (zeroed.Length == 0)
                continue;
            using var index = torch.tensor(zeroed, torch.int64, masked[name].device);
            using Scalar zero = 0.0;
            masked[name].index_fill_(axis, index, zero);
        }
        return masked;
    }

    /// <summary>By group, the units that go: none of a group of which no plan speaks.</summary>
    /// <exception cref="PlanException">The plans are of other groups, or remove what must stay.</exception>
    internal static List<int[]> RemovedUnits(IReadOnlyList<ChannelGroup> groups, IReadOnlyList<GroupPlan> plans)
    {
        var byName = plans.ToDictionary(p => p.Group);
        var removed = new List<int[]>();
        foreach (var group in groups)
        {
            var plan = byName.GetValueOrDefault(group.Name);
            // Before its units are counted out: there may be said to be billions.
            if (plan is not null && plan.Units != group.Units)
                throw new PlanException(
                    $"The plan says that '{group.Name}' has {plan.Units} channels, but the network has {group.Units}."
                );
            int[] units = plan is null ? [] : [.. plan.Removed()];
            if (units.Length > 0 && group.FrozenBecause is { } reason)
                throw new PlanException($"The plan removes channels of '{group.Name}', which must stay: {reason}.");
            removed.Add(units);
        }
        return plans.FirstOrDefault(p => groups.All(g => g.Name != p.Group)) is { } stray
            ? throw new PlanException(
                $"The plan speaks of '{stray.Group}', which is no group of channels of this network."
            )
            : removed;
    }

    private static Network Narrow(Network source, Dictionary<string, HashSet<int>> removed)
    {
        var kept = source.Nodes.ToDictionary(
            n => n.Name,
            n => Enumerable.Range(0, source.Shapes[n.Name].Channels).Where(c => !removed[n.Name].Contains(c)).ToArray()
        );
        bool Vanishes(string node) => kept[node].Length == 0;
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (var node in source.Nodes.Where(n => !Vanishes(n.Name)))
        {
            // Layers without channels vanish; a concatenation does without them, and nothing else may read them.
            if (!node.Layer.Traits().IsConcatenation && node.Inputs.FirstOrDefault(Vanishes) is { } emptied)
                throw new PlanException(
                    $"The plan would empty '{emptied}', which '{node.Name}' reads; at least one channel must stay."
                );
            nodes.Add(
                node with
                {
                    Layer = node.Layer.Narrow(
                        source.InputShapes(node),
                        [.. node.Inputs.Select(i => kept[i])],
                        kept[node.Name]
                    ),
                    Inputs = [.. node.Inputs.Where(i => !Vanishes(i))],
                }
            );
        }
        return new(source.Name, nodes.ToImmutable(), source.Outputs);
    }

    private static long[] Remaining(long size, HashSet<long> removed)
    {
        var kept = new List<long>();
        for (var i = 0L; i < size; i++)
        {
            if (!removed.Contains(i))
                kept.Add(i);
        }
        return [.. kept];
    }
}
