using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Networks through which every channel shows, for the structure of a cut to be compared on. A channel that a ReLU
/// holds at zero, a sigmoid in saturation or a maximum that another place wins hides whatever index is wrong in front
/// of it, however random the weights are: on a few inputs always some do. So every activation becomes one that is
/// strictly monotone, has no flat part and is not linear, and every maximum a mean; masked and cut network alike,
/// channel for channel, so that what agrees there is the same indices. A wrong index then changes the outputs for all
/// weights but a set of measure zero.
/// </summary>
internal static class OpenNetwork
{
    /// <summary>The same cut of the open network.</summary>
    internal static NetworkCut Of(NetworkCut cut)
    {
        var stay = Names(cut.Target);
        return cut with
        {
            Source = Of(cut.Source, stay),
            Target = Of(cut.Target, stay),
            Kept = cut.Kept.ToImmutableDictionary(k => (NameOf(cut.Source, k.Key.Parameter), k.Key.Axis), k => k.Value),
        };
    }

    /// <summary>The network, open.</summary>
    /// <param name="network">The network.</param>
    /// <param name="pooled">
    /// Nodes that may be opened: not those of constant branches, of which a mean in the place of a maximum would make
    /// the borders others.
    /// </param>
    internal static Network Of(Network network, IReadOnlySet<string> pooled) =>
        new(
            network.Name,
            [.. network.Nodes.SelectMany(n => pooled.Contains(n.Name) ? Opened(network, n) : [n])],
            network.Outputs
        );

    /// <summary>The nodes of a network.</summary>
    internal static HashSet<string> Names(Network network) => [.. network.Nodes.Select(n => n.Name)];

    private static IEnumerable<Node> Opened(Network network, Node node)
    {
        var (layers, inputs) = (node.Layer.Open(), node.Inputs);
        for (var i = 0; i < layers.Length - 1; i++)
        {
            var name = $"{node.Name}.open{i}";
            while (network.Nodes.Any(n => n.Name == name))
                name += "_";
            yield return new(name, layers[i], inputs);
            inputs = [name];
        }
        var own = layers[^1].Parameters(network.InputShapes(node)).Count > 0;
        yield return node with
        {
            Layer = layers[^1],
            Inputs = inputs,
            Shares = own ? node.Shares : null,
        };
    }

    // The parameter of the open layer at the place where this one stands among those of the layer.
    private static string NameOf(Network network, string parameter)
    {
        var end = parameter.LastIndexOf('.');
        var node = network[parameter[..end]];
        var shapes = network.InputShapes(node);
        var place = node.Layer.Parameters(shapes).TakeWhile(p => p.Name != parameter[(end + 1)..]).Count();
        return node.Layer.Open()[^1].Parameters(shapes) is var open && place < open.Count
            ? $"{node.Name}.{open[place].Name}"
            : parameter;
    }
}
