using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Values that do not depend on a network's inputs, in evaluation.</summary>
internal static class ConstantValues
{
    /// <summary>
    /// For every node, each channel's value if it is the same for all inputs at all positions; else NaN.
    /// </summary>
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
                ChannelFlow.Own when !node.IsInput => Computed(
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
            values[i] = node.IsInput
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
        double[] outputs = node.Layer.HasBias()
            ? weights.Values($"{node.Owner}.bias")
            : new double[network.Shapes[node.Name].Channels];
        if (node.Layer.WithBias() is null) // no weighted sum, as far as it says
            return [.. outputs.Select(_ => double.NaN)];
        if (silent)
            return outputs;
        // Behind zero padding a constant is none at the border.
        double[] seen = node.Layer.Traits().SeesBorder ? [.. inputs.Select(i => i == 0 ? 0 : double.NaN)] : inputs;
        var weight = weights.Values($"{node.Owner}.weight");
        if (node.Layer.Contribution(network.InputShapes(node), seen, weight) is { } added)
            return [.. outputs.Zip(added, (a, b) => a + b)];
        return weight.Any(w => w != 0) ? [.. outputs.Select(_ => double.NaN)] : outputs;
    }
}
