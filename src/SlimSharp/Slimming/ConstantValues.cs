using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Values that do not depend on a network's inputs, in evaluation.</summary>
internal static class ConstantValues
{
    /// <summary>For every node, each channel's value if it is the same for all inputs at all positions; else NaN.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its tensors.</param>
    /// <param name="silent">Convolutions and linear layers all of whose inputs count as zero.</param>
    internal static Dictionary<string, double[]> Of(
        Network network,
        Weights weights,
        IReadOnlySet<string>? silent = null
    )
    {
        var constants = new Dictionary<string, double[]>();
        foreach (var node in network.Nodes)
        {
            var inputs = node.Inputs.Select(i => constants[i]).ToArray();
            constants[node.Name] = network.FlowOf(node) switch
            {
                ChannelFlow.Own when node.Layer is not Input => Computed(
                    network,
                    node,
                    weights,
                    inputs[0],
                    silent?.Contains(node.Owner) == true
                ),
                ChannelFlow.Same => Each(network, node, weights, channel => [.. inputs.Select(i => i[channel])]),
                ChannelFlow.Map(var map) => Each(network, node, weights, channel => [Source(inputs, map[channel])]),
                ChannelFlow.Pick(var map) => Each(network, node, weights, channel => [Source(inputs, map[channel])]),
                _ => Each(network, node, weights, _ => [double.NaN]),
            };
        }
        return constants;
    }

    private static double Source(double[][] inputs, ChannelSource source) =>
        source == ChannelSource.None ? 0 : inputs[source.Port][source.Channel];

    private static double[] Each(Network network, Node node, Weights weights, Func<int, double[]> sources)
    {
        var parameters = node
            .Layer.Parameters(network.InputShapes(node))
            .Where(p => p.Sizes.Length == 1)
            .ToDictionary(p => p.Name, p => weights.Values($"{node.Owner}.{p.Name}"));
        var values = new double[network.Shapes[node.Name].Channels];
        for (var i = 0; i < values.Length; i++)
        {
            var channel = i;
            values[i] =
                node.Layer is Input
                    ? double.NaN
                    : node.Layer.Constant(
                        sources(channel),
                        name => parameters[name] is [var one] ? one : parameters[name][channel]
                    );
        }
        return values;
    }

    // What a convolution or linear layer makes of constants; an output is one if all that varies has zero weights.
    private static double[] Computed(Network network, Node node, Weights weights, double[] inputs, bool silent)
    {
        var parameters = node.Layer.Parameters(network.InputShapes(node));
        double[] outputs = parameters.Any(p => p.Role == ParameterRole.Bias)
            ? weights.Values($"{node.Owner}.bias")
            : new double[network.Shapes[node.Name].Channels];
        if (silent)
            return outputs;
        var weight = weights[$"{node.Owner}.weight"];
        if (node.Layer is not (Linear or Convolution { Groups: 1 }))
        {
            using var any = weight.any();
            return any.item<bool>() ? [.. outputs.Select(_ => double.NaN)] : outputs;
        }
        using var flat = weight.reshape(weight.shape[0], weight.shape[1], -1); // O×C×K
        using var taps = flat.sum(2);
        using var size = flat.abs();
        using var largest = size.amax([2]);
        var (sums, sizes) = (Numbers.Read(taps), Numbers.Read(largest));
        var padded = node.Layer is Convolution { Padding.IsNone: false };
        for (var o = 0; o < outputs.Length; o++)
        {
            for (var c = 0; c < inputs.Length; c++)
            {
                var at = o * inputs.Length + c;
                if (sizes[at] == 0 || inputs[c] == 0)
                    continue;
                // Behind zero padding a constant is none at the border.
                outputs[o] += padded ? double.NaN : sums[at] * inputs[c];
            }
        }
        return outputs;
    }
}
