using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Channels that no consumer reads any more, once selections have dropped them: they are removed from their producers.</summary>
internal static class DeadChannels
{
    /// <summary>The plans with dead units removed, to a fixed point; at least <paramref name="least"/> units of a group stay.</summary>
    internal static IReadOnlyList<GroupPlan> Remove(
        Network network,
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<GroupPlan> plans,
        int least
    )
    {
        var selections = network.Nodes.Where(n => n.Layer is Select { Picks: true }).ToArray();
        if (selections.Length == 0)
            return plans;
        var read = Read(groups, plans, selections);
        return
        [
            .. groups
                .Zip(plans)
                .Select(pair =>
                {
                    var (group, plan) = pair;
                    if (
                        group.FrozenBecause is not null
                        || group.Slices.Any(s => s.ReadsInput)
                        || plan.Kept.Length < plan.Units
                    )
                        return plan;
                    int[] alive =
                    [
                        .. plan.Kept.Where(unit =>
                            group.Channels.Any(c => c.Value[unit].Any(channel => read.Contains((c.Key, channel))))
                        ),
                    ];
                    if (alive.Length == plan.Units)
                        return plan;
                    var kept = alive
                        .Concat(plan.Kept.Except(alive))
                        .Take(Math.Max(alive.Length, Math.Min(least, plan.Units)))
                        .Order();
                    return plan with { Kept = [.. kept], Why = Planner.Unread };
                }),
        ];
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
