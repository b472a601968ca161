using System.Collections.Immutable;
using SlimSharp.Networks;
using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>
/// The features that a flow goes through, found from the network itself: behind every block of a residual network or
/// transformer, and what the first of them starts from; else the activation behind every hidden layer.
/// </summary>
public static class FlowPath
{
    /// <summary>
    /// The nodes in stages: within one, each is computed from the one before. A stage has two nodes at least.
    /// </summary>
    /// <exception cref="TrainingException">There is no stage, or a given node is none of the network's.</exception>
    public static ImmutableArray<ImmutableArray<string>> Of(Network network, FlowOptions options)
    {
        if (options.Nodes.FirstOrDefault(n => !network.Shapes.ContainsKey(n)) is { } unknown)
            throw new TrainingException($"{network.Name} has no node '{unknown}' for its feature flow to go through.");
        var ways = new Ways(network);
        var nodes = options.Nodes.Length > 0 ? options.Nodes : ways.Found();
        var stages = new List<List<string>>();
        foreach (var node in nodes)
        {
            var goesOn =
                stages.Count > 0
                && ways.Leads(stages[^1][^1], node)
                && (options.Stages == FlowStages.Aligned || network.Shapes[stages[^1][^1]] == network.Shapes[node])
                && network.Shapes[stages[^1][^1]].Sizes(1).Length == network.Shapes[node].Sizes(1).Length;
            if (goesOn)
                stages[^1].Add(node);
            else
                stages.Add([node]);
        }
        ImmutableArray<ImmutableArray<string>> found =
        [
            .. stages.Where(s => s.Count > 1).Select(s => s.ToImmutableArray()),
        ];
        return found.Length > 0
            ? found
            : throw new TrainingException(
                $"{network.Name} has no two successive layers whose features could be compared; name some, as in nodes=A+B+C, or let shapes be aligned."
            );
    }

    private sealed class Ways(Network network)
    {
        private readonly Dictionary<string, HashSet<string>> _behind = [];
        private readonly ILookup<string, Node> _readers = network
            .Nodes.SelectMany(n => n.Inputs.Select(i => (Read: i, Node: n)))
            .ToLookup(r => r.Read, r => r.Node);

        /// <summary>Whether one node is computed from another.</summary>
        internal bool Leads(string from, string to) => from != to && Before(to).Contains(from);

        /// <summary>The nodes of the flow, in the network's order.</summary>
        internal ImmutableArray<string> Found()
        {
            Node[] sums = [.. network.Nodes.Where(n => n.Layer.Traits().IsSum && Start(n) is not null)];
            Node[] ends = [.. sums.Where(s => !Mixes(s))]; // of a transformer's block, the second
            if (ends.Length == 0)
                ends = sums;
            var nodes =
                ends.Length > 0
                    ? ends.Select(Activated).Concat(ends.Take(1).Select(e => Start(e)!))
                    : network.Nodes.Where(IsHidden).Select(n => n.Name);
            var wanted = nodes.ToHashSet();
            return [.. network.Nodes.Select(n => n.Name).Where(wanted.Contains)];
        }

        // An activation behind weights.
        private bool IsHidden(Node node) =>
            node.Layer.AsActivation() is not null
            && network.Nodes.Any(n => network.HasWeights(n) && Leads(n.Name, node.Name));

        // The activation that alone reads a sum, or the sum itself.
        private string Activated(Node sum) =>
            _readers[sum.Name].ToArray() is [var only] && only.Layer.AsActivation() is not null ? only.Name : sum.Name;

        // What a block adds to: the input from which another is computed, or both are; null if it is no block.
        private string? Start(Node sum) =>
            sum.Inputs.FirstOrDefault(i => sum.Inputs.Any(other => Leads(i, other)))
            ?? network.Nodes.LastOrDefault(n => sum.Inputs.All(i => Leads(n.Name, i)))?.Name;

        // Whether a block brings positions together, as attention does.
        private bool Mixes(Node sum) =>
            Start(sum) is { } start
            && network.Nodes.Any(n =>
                network.FlowOf(n) is ChannelFlow.Joins && Leads(start, n.Name) && Leads(n.Name, sum.Name)
            );

        private HashSet<string> Before(string name)
        {
            if (_behind.TryGetValue(name, out var known))
                return known;
            var before = new HashSet<string>();
            foreach (var input in network[name].Inputs)
            {
                before.Add(input);
                before.UnionWith(Before(input));
            }
            return _behind[name] = before;
        }
    }
}
