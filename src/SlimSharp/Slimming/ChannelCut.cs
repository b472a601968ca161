using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// What is decided of groups, worked out: for every axis of every parameter the places that stay, and what is left.
/// </summary>
/// <param name="Source">What is cut.</param>
/// <param name="Target">What is left.</param>
/// <param name="Kept">By parameter and axis, the places that stay, ascending.</param>
/// <param name="Read">By parameter, the axis that follows a layer's input and the places there that go.</param>
public sealed record ChannelCut(
    IChannelGraph Source,
    IChannelGraph Target,
    ImmutableDictionary<(string Parameter, int Axis), long[]> Kept,
    ImmutableDictionary<string, (int Axis, long[] Removed)> Read
)
{
    /// <summary>Works out what is decided of groups.</summary>
    /// <param name="source">What is cut.</param>
    /// <param name="plans">What stays of groups; one of which no plan speaks stays whole.</param>
    /// <exception cref="PlanException">The plans are of other groups, or remove what must stay.</exception>
    public static ChannelCut Of(IChannelGraph source, IReadOnlyList<GroupPlan> plans)
    {
        var removedPlaces = new Dictionary<(string Parameter, int Axis), HashSet<long>>();
        var reads = new Dictionary<string, int>();
        foreach (var (group, removed) in source.Groups.Zip(RemovedUnits(source.Groups, plans)))
        {
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
        return new(
            source,
            source.Cut(plans),
            removedPlaces.ToImmutableDictionary(
                p => p.Key,
                p => Remaining(source.Parameters[p.Key.Parameter].Sizes[p.Key.Axis], p.Value)
            ),
            reads.ToImmutableDictionary(r => r.Key, r => (r.Value, removedPlaces[(r.Key, r.Value)].Order().ToArray()))
        );
    }

    /// <summary>The tensors of what is left, taken from those of the source; the caller disposes them.</summary>
    public Weights Slice(Weights weights)
    {
        var sliced = new Weights();
        foreach (var (name, parameter) in Source.Parameters.Where(p => Target.Parameters.ContainsKey(p.Key)))
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
    /// The source's tensors with zeros wherever a consumer reads a removed channel, which is the same as multiplying
    /// these channels by zero at the consumer. The caller disposes them.
    /// </summary>
    /// <param name="weights">The source's tensors.</param>
    /// <param name="spared">By parameter, places that are not zeroed; null for none.</param>
    public Weights Mask(Weights weights, IReadOnlyDictionary<string, long[]>? spared = null)
    {
        using var overrides = Overrides(weights, spared);
        return weights.With(overrides);
    }

    /// <summary>The same tensors as <see cref="Mask"/>, but only those that differ from the source's.</summary>
    internal Weights Overrides(Weights weights, IReadOnlyDictionary<string, long[]>? spared = null)
    {
        var masked = new Weights();
        foreach (var (name, (axis, removed)) in Read)
        {
            long[] zeroed = spared?.GetValueOrDefault(name) is { } some ? [.. removed.Except(some)] : removed;
            if (zeroed.Length == 0)
                continue;
            using var index = torch.tensor(zeroed, torch.int64, weights[name].device);
            using Scalar zero = 0.0;
            masked[name] = weights[name].clone();
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
