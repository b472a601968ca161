using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>What of a network is rounded.</summary>
internal static class QuantizationPlan
{
    /// <summary>The layers whose weights are, in order.</summary>
    internal static Node[] Layers(Network network, QuantizationOptions options)
    {
        // Layers that share weights read values of different ranges; they stay as they are.
        var shared = network.Nodes.SelectMany(n => n.Shares is { } owner ? new[] { n.Name, owner } : []).ToHashSet();
        Node[] all = [.. network.Nodes.Where(n => HasIntegerWeights(network, n) && !shared.Contains(n.Name))];
        return [.. all.Where((_, i) => !(options.KeepFirst && i == 0) && !(options.KeepLast && i == all.Length - 1))];
    }

    /// <summary>
    /// The nodes whose values are: what rounded layers read and make, sums, and what is pooled or put together; not the
    /// network's results.
    /// </summary>
    internal static Node[] Values(Network network, IReadOnlyCollection<Node> layers)
    {
        var rounded = layers.Select(l => l.Name).ToHashSet();
        var readers = network
            .Nodes.SelectMany(n => n.Inputs.Select(i => (Input: i, Reader: n)))
            .ToLookup(p => p.Input, p => p.Reader);
        bool Takes(Node reader) =>
            rounded.Contains(reader.Name) || reader.Layer.Integers(network.InputShapes(reader)) == IntegerUse.Values;
        // Runtimes take the activation into the layer before and round once.
        bool IsTakenIn(Node node) =>
            (HasIntegerWeights(network, node) || node.Layer.Traits().IsSum || node.Layer.Statistics() is not null)
            && readers[node.Name].ToArray() is [var only]
            && only.Layer.AsActivation()?.Clamps() == true;
        return
        [
            .. network.Nodes.Where(n =>
                !network.Outputs.Contains(n.Name)
                && !IsTakenIn(n)
                && (rounded.Contains(n.Name) || readers[n.Name].Any(Takes))
            ),
        ];
    }

    /// <summary>True if a node only moves or picks values of its input, so that the input's range is its own.</summary>
    internal static bool KeepsRange(Node node) => node.Layer.Traits().KeepsRange;

    private static bool HasIntegerWeights(Network network, Node node) =>
        node.Layer.Integers(network.InputShapes(node)) == IntegerUse.Weights;
}
