using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Networks through which every channel shows, for the structure of a cut to be compared on. A channel that a ReLU holds at zero, a sigmoid in saturation or a
/// maximum that another place wins hides whatever index is wrong in front of it, however random the weights are: on a few inputs always some do. So every
/// activation becomes one that is strictly monotone, has no flat part and is not linear, and every maximum a mean; masked and cut network
/// alike, channel for channel, so that what agrees there is the same indices. A wrong index then changes the outputs for all weights but a set of measure zero.
/// </summary>
internal static class OpenNetwork
{
    private static readonly Activation Bent = new(ActivationFunction.LeakyRelu) { NegativeSlope = 0.5 };

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
    /// <param name="pooled">Nodes that may turn a maximum into a mean: not those of constant branches, whose borders would no longer be constant.</param>
    internal static Network Of(Network network, IReadOnlySet<string> pooled) =>
        new(
            network.Name,
            [
                .. network.Nodes.SelectMany(n =>
                    n.Layer switch
                    {
                        PRelu { Shared: false } => Slopes(network, n),
                        Activation or PRelu => [n with { Layer = Bent, Shares = null }],
                        MaxPool pool when pooled.Contains(n.Name) => [n with { Layer = Mean(pool) }],
                        _ => (Node[])[n],
                    }
                ),
            ],
            network.Outputs
        );

    /// <summary>The nodes of a network.</summary>
    internal static HashSet<string> Names(Network network) => [.. network.Nodes.Select(n => n.Name)];

    private static AveragePool Mean(MaxPool pool) =>
        new(pool.Kernel)
        {
            Stride = pool.Stride,
            Padding = pool.Padding,
            Ceil = pool.Ceil,
        };

    // A slope shows only where its channel is negative; as a shift it always does.
    private static Node[] Slopes(Network network, Node node)
    {
        var name = $"{node.Name}.bent";
        while (network.Nodes.Any(n => n.Name == name))
            name += "s";
        return [new(name, Bent, node.Inputs), node with { Layer = new Shift(), Inputs = [name] }];
    }

    private static string NameOf(Network network, string parameter) =>
        parameter[..parameter.LastIndexOf('.')] is var node && network[node].Layer is PRelu
            ? $"{node}.bias"
            : parameter;
}
