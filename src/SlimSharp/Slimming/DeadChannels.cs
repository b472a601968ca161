using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Channels that no consumer reads any more, once selections have dropped them: they are removed from their producers.</summary>
internal static class DeadChannels
{
    /// <summary>
    /// The plans with dead units removed, as far as the options allow. One pass is enough: a producer that keeps a channel reads
    /// all its inputs.
    /// </summary>
    internal static IReadOnlyList<GroupPlan> Remove(
        Network network,
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<GroupPlan> plans,
        PlanOptions options
    )
    {
        var selections = network.Nodes.Where(n => n.Layer is Select { Picks: true }).ToArray();
        if (selections.Length == 0)
            return plans;
        var read = Read(groups, plans, selections);
        return
        [
            .. groups.Zip(
                plans,
                (group, plan) => MayDie(group, plan, options) ? Without(group, plan, read, options) : plan
            ),
        ];
    }

    private static bool MayDie(ChannelGroup group, GroupPlan plan, PlanOptions options) =>
        group.FrozenBecause is null
        && plan.Kept.Length == plan.Units
        && !group.Slices.Any(s => s.ReadsInput)
        && !group.Channels.Keys.Any(options.Spares);

    private static GroupPlan Without(
        ChannelGroup group,
        GroupPlan plan,
        HashSet<(string Node, int Channel)> read,
        PlanOptions options
    )
    {
        int[] alive =
        [
            .. plan.Kept.Where(unit => group.Channels.Any(c => c.Value[unit].Any(i => read.Contains((c.Key, i))))),
        ];
        var width = options.Width(alive.Length, plan.Units);
        return width == plan.Units
            ? plan
            : plan with
            {
                Kept = [.. alive.Concat(plan.Kept.Except(alive)).Take(width).Order()],
                Why = Planner.Unread,
            };
    }

    // The channels, by node, that a selection still takes.
    private static HashSet<(string Node, int Channel)> Read(
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<GroupPlan> plans,
        Node[] selections
    )
    {
        var removed = groups
            .Zip(plans)
            .SelectMany(p =>
                p.Second.Removed().SelectMany(u => p.First.Channels.SelectMany(c => c.Value[u].Select(i => (c.Key, i))))
            )
            .ToHashSet();
        return
        [
            .. from node in selections
            from place in Enumerable.Range(0, ((Select)node.Layer).Indices.Length)
            where !removed.Contains((node.Name, place))
            select (node.Inputs[0], ((Select)node.Layer).Indices[place]),
        ];
    }
}
