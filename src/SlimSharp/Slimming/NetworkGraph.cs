using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>A network as planning and surgery see it.</summary>
/// <param name="network">The network.</param>
public sealed class NetworkGraph(Network network) : IChannelGraph
{
    // What a selection takes its channels from stays, unless nobody reads it any more.
    private readonly Lazy<HashSet<string>> _selectedFrom = new(() =>
        [.. network.Nodes.Where(n => network.FlowOf(n) is ChannelFlow.Pick).SelectMany(n => n.Inputs)]
    );

    private readonly Lazy<OrderedDictionary<string, LayerParameter>> _parameters = new(() =>
        new(network.Parameters().Select(p => KeyValuePair.Create(p.Name, p.Parameter)))
    );

    /// <summary>The network.</summary>
    public Network Network => network;

    /// <inheritdoc/>
    public string Name => network.Name;

    /// <inheritdoc/>
    public IReadOnlyList<ChannelGroup> Groups => ChannelGroups.Of(network);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, LayerParameter> Parameters => _parameters.Value;

    /// <inheritdoc/>
    public NetworkCost Cost => field ??= NetworkCost.Of(network);

    /// <inheritdoc/>
    public IChannelGraph Cut(IReadOnlyList<GroupPlan> plans)
    {
        var removed = network.Nodes.ToDictionary(n => n.Name, _ => new HashSet<int>());
        foreach (var (group, units) in Groups.Zip(ChannelCut.RemovedUnits(Groups, plans)))
        {
            foreach (var (node, channels) in group.Channels)
                removed[node].UnionWith(units.SelectMany(u => channels[u]));
        }
        return new NetworkGraph(Narrow(removed));
    }

    /// <inheritdoc/>
    public PlanReason? StaysBecause(ChannelGroup group) =>
        group.FrozenBecause is { } frozen ? PlanReason.Of(frozen)
        : group.Channels.Keys.Any(_selectedFrom.Value.Contains) ? new(PlanReasonKind.SelectedFrom)
        : null;

    /// <inheritdoc/>
    public IReadOnlyList<GroupPlan> WithoutUnread(IReadOnlyList<GroupPlan> plans, PlanOptions options) =>
        DeadChannels.Remove(network, Groups, plans, options);

    /// <inheritdoc/>
    public ImmutableArray<BranchPlan> BranchesWithout(
        IReadOnlyList<ChannelGroup> emptied,
        Weights weights,
        PlanOptions options
    )
    {
        var gone = emptied.ToList();
        while (true)
        {
            var silent = gone.SelectMany(g => g.Slices)
                .Where(s => s.ReadsInput)
                .Select(s => Owner(s.Parameter))
                .ToHashSet();
            var branches = DeadBranches.Find(network, weights, silent, options.DropShifts);
            var left = new DeadBranches(network, branches).Target.Nodes.Select(n => n.Name).ToHashSet();
            if (gone.RemoveAll(g => g.Channels.Keys.Any(left.Contains)) == 0)
                return branches;
        }
    }

    /// <inheritdoc/>
    public IChannelGraph Without(ImmutableArray<BranchPlan> branches) =>
        branches.IsEmpty ? this : new NetworkGraph(new DeadBranches(network, branches).Target);

    private Network Narrow(Dictionary<string, HashSet<int>> removed)
    {
        var kept = network.Nodes.ToDictionary(
            n => n.Name,
            n => Enumerable.Range(0, network.Shapes[n.Name].Channels).Where(c => !removed[n.Name].Contains(c)).ToArray()
        );
        bool Vanishes(string node) => kept[node].Length == 0;
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (var node in network.Nodes.Where(n => !Vanishes(n.Name)))
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
                        network.InputShapes(node),
                        [.. node.Inputs.Select(i => kept[i])],
                        kept[node.Name]
                    ),
                    Inputs = [.. node.Inputs.Where(i => !Vanishes(i))],
                }
            );
        }
        return new(network.Name, nodes.ToImmutable(), network.Outputs);
    }

    private static string Owner(string parameter) => parameter[..parameter.LastIndexOf('.')];
}
