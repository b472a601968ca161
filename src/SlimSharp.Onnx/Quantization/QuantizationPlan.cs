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
        Node[] all = [.. network.Nodes.Where(n => n.Layer is Convolution or Linear && !shared.Contains(n.Name))];
        return [.. all.Where((_, i) => !(options.KeepFirst && i == 0) && !(options.KeepLast && i == all.Length - 1))];
    }

    /// <summary>The nodes whose values are: what rounded layers read and make, sums, and what is pooled or put together; not the network's results.</summary>
    internal static Node[] Values(Network network, IReadOnlyCollection<Node> layers)
    {
        var rounded = layers.Select(l => l.Name).ToHashSet();
        var readers = network
            .Nodes.SelectMany(n => n.Inputs.Select(i => (Input: i, Reader: n)))
            .ToLookup(p => p.Input, p => p.Reader);
        bool Takes(Node reader) =>
            rounded.Contains(reader.Name)
            || reader.Layer is Add or Concat or MaxPool or AveragePool or GlobalAveragePool or Select or Flatten;
        // Runtimes take the activation into the layer before and round once.
        bool IsTakenIn(Node node) =>
            node.Layer is Convolution or Linear or Add or BatchNorm
            && readers[node.Name].ToArray()
                is [{ Layer: Activation { Function: ActivationFunction.Relu or ActivationFunction.Relu6 } }];
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
    internal static bool KeepsRange(Node node) =>
        node.Layer is MaxPool or Select or Flatten or Upsample { Bilinear: false };
}
