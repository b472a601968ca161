using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Cuts a part out of a network, between some nodes and others.</summary>
internal static class NetworkSection
{
    internal static Network Of(Network network, IReadOnlyCollection<string> from, IReadOnlyCollection<string> to)
    {
        foreach (var name in from.Concat(to))
            _ = network[name]; // says so if there is none
        var needed = Needed(network, [.. from], to);
        var owners = new Dictionary<string, string>(); // by the node whose parameters are used, who has them here
        var nodes = ImmutableArray.CreateBuilder<Node>();
        foreach (var node in network.Nodes.Where(n => needed.Contains(n.Name)))
        {
            if (from.Contains(node.Name))
            {
                nodes.Add(new(node.Name, new Input(network.Shapes[node.Name]), []));
                continue;
            }
            var shares = owners.GetValueOrDefault(node.Owner);
            owners.TryAdd(node.Owner, node.Name);
            nodes.Add(node with { Shares = shares });
        }
        return new(network.Name, nodes.ToImmutable(), [.. to]);
    }

    // The nodes on the ways back from the ends, as far as the beginnings.
    private static HashSet<string> Needed(Network network, HashSet<string> from, IReadOnlyCollection<string> to)
    {
        var needed = to.ToHashSet();
        foreach (var node in network.Nodes.Reverse().Where(n => needed.Contains(n.Name) && !from.Contains(n.Name)))
        {
            if (node.IsInput)
                throw new NetworkException(
                    $"'{string.Join("', '", to)}' of {network.Name} cannot be computed from "
                        + $"'{string.Join("', '", from)}' alone: a way leads there from the input '{node.Name}'; "
                        + "name a node on it, too."
                );
            needed.UnionWith(node.Inputs);
        }
        return needed;
    }
}
