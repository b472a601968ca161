using SlimSharp.Networks;
using SlimSharp.Onnx;

namespace SlimSharp.Latency;

/// <summary>A layer of a network that takes time.</summary>
/// <param name="Node">Its node.</param>
/// <param name="Then">The node of the activation that is computed with it; null if there is none.</param>
/// <param name="Kind">What it has in common with layers of other widths.</param>
/// <param name="Reads">Channels that it reads, of all inputs of a concatenation together.</param>
/// <param name="Makes">Channels that it makes.</param>
/// <param name="Macs">Multiply-adds per sample.</param>
public sealed record LayerUse(string Node, string? Then, TimedLayer Kind, int Reads, int Makes, long Macs)
{
    /// <summary>The layers of a network as it is exported, BatchNorms folded where they can be.</summary>
    public static IReadOnlyList<LayerUse> Of(Network network) => [.. OfFolded(OnnxExport.Folded(network))];

    /// <summary>
    /// The ONNX file of a network with some numbers or other, BatchNorms folded: to be timed before there are real
    /// ones.
    /// </summary>
    public static byte[] Drawn(Network network) => OnnxExport.Drawn(OnnxExport.Folded(network)).ToBytes();

    /// <summary>The layers of a network that is folded already.</summary>
    internal static IEnumerable<LayerUse> OfFolded(Network network)
    {
        var readers = network.Nodes.SelectMany(n => n.Inputs.Select(i => (i, n))).ToLookup(p => p.i, p => p.n);
        var taken = new HashSet<string>();
        foreach (var node in network.Nodes)
        {
            if (node.IsInput || node.Layer.Traits().IsFree || taken.Contains(node.Name))
                continue;
            var then =
                node.Layer.AsActivation() is null
                && !network.Outputs.Contains(node.Name)
                && readers[node.Name].ToArray() is [var only]
                && only.Layer.AsActivation() is not null
                    ? only
                    : null;
            if (then is not null)
                taken.Add(then.Name);
            yield return Use(network, node, then);
        }
    }

    private static LayerUse Use(Network network, Node node, Node? then)
    {
        var (inputs, made) = (network.InputShapes(node), network.Shapes[node.Name]);
        var reads = node.Layer.Traits().IsConcatenation ? inputs.Sum(i => i.Channels) : inputs[0].Channels;
        if (node.Layer.MinInputs > 2)
            throw new OnnxException(
                $"A table of latencies knows layers by the width of what they read and of what they make, but '{node.Name}' ({node.Layer.Title()}) reads {inputs.Length} values of widths of their own."
            );
        var kind = new TimedLayer(
            node.Layer.Timed(inputs),
            inputs[0].Height,
            inputs[0].Width,
            Math.Min(inputs.Length, 2),
            node.Layer.IsDepthwise(inputs),
            then?.Layer.AsActivation(),
            inputs[0].Tokens
        );
        return new(node.Name, then?.Name, kind, reads, made.Channels, node.Layer.Macs(inputs));
    }
}
