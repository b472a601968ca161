using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Channels that no consumer reads any more, once selections have dropped them: they are removed from their producers.
/// </summary>
internal static class DeadChannels
{
    /// <summary>
    /// The plans with dead units removed, as far as the options allow, until none is left: a layer none of whose
    /// outputs is read goes whole, and what only it has read is dead too.
    /// </summary>
    internal static IReadOnlyList<GroupPlan> Remove(
        Network network,
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<GroupPlan> plans,
        PlanOptions options
    )
    {
        var selections = network.Nodes.Where(n => network.FlowOf(n) is ChannelFlow.Pick).ToArray();
        if (selections.Length == 0)
            return plans;
        while (true)
        {
            var removed = Removed(groups, plans);
            var gone = network
                .Nodes.Where(n =>
                    Enumerable.Range(0, network.Shapes[n.Name].Channels).All(c => removed.Contains((n.Name, c)))
                )
                .Select(n => n.Name)
                .ToHashSet();
            var selected = Selected(network, selections, removed);
            GroupPlan[] next =
            [
                .. groups.Zip(
                    plans,
                    (group, plan) => MayDie(group, gone, options) ? Without(group, plan, selected, options) : plan
                ),
            ];
            if (next.Zip(plans).All(p => p.First.Kept.Length == p.Second.Kept.Length))
                return plans;
            plans = next;
        }
    }

    // Free to change, and read by no layer but through selections.
    private static bool MayDie(ChannelGroup group, HashSet<string> gone, PlanOptions options) =>
        group.FrozenBecause is null
        && group.ReadAsValues.IsEmpty
        && !group.Channels.Keys.Any(options.Spares)
        && group.Slices.All(s => !s.ReadsInput || gone.Contains(s.Parameter[..s.Parameter.LastIndexOf('.')]));

    private static GroupPlan Without(
        ChannelGroup group,
        GroupPlan plan,
        HashSet<(string Node, int Channel)> selected,
        PlanOptions options
    )
    {
        int[] alive =
        [
            .. plan.Kept.Where(unit => group.Channels.Any(c => c.Value[unit].Any(i => selected.Contains((c.Key, i))))),
        ];
        var width =
            alive.Length == 0 ? 0 : Math.Min(options.Width(alive.Length, plan.Units, plan.Group), plan.Kept.Length);
        return width == plan.Kept.Length
            ? plan
            : plan with
            {
                Kept = [.. alive.Concat(plan.Kept.Except(alive)).Take(width).Order()],
                Why = new(PlanReasonKind.Unread),
                Wanted = plan.Wanted ?? plan.Kept,
            };
    }

    private static HashSet<(string Node, int Channel)> Removed(
        IReadOnlyList<ChannelGroup> groups,
        IReadOnlyList<GroupPlan> plans
    ) =>
        groups
            .Zip(plans)
            .SelectMany(p =>
                p.Second.Removed().SelectMany(u => p.First.Channels.SelectMany(c => c.Value[u].Select(i => (c.Key, i))))
            )
            .ToHashSet();

    // The channels, by node, that a selection still takes.
    private static HashSet<(string Node, int Channel)> Selected(
        Network network,
        Node[] selections,
        HashSet<(string Node, int Channel)> removed
    ) =>
        [
            .. from node in selections
            let sources = ((ChannelFlow.Pick)network.FlowOf(node)).Sources
            from place in Enumerable.Range(0, sources.Length)
            where sources[place] != ChannelSource.None && !removed.Contains((node.Name, place))
            select (node.Inputs[sources[place].Port], sources[place].Channel),
        ];
}
