using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>
/// A network with its numbers while it is being made simpler for inference: the function stays, layers go. Arithmetic
/// is in double precision.
/// </summary>
internal sealed partial class FoldedNetwork
{
    private readonly Func<string, double[]> _values;
    private readonly Dictionary<string, double[]> _changed = [];
    private readonly HashSet<string> _shared;

    internal FoldedNetwork(Network network, Weights weights)
        : this(network, weights.Values) { }

    internal FoldedNetwork(Network network, Func<string, double[]> values)
    {
        (Network, _values) = (network, values);
        _shared = [.. network.Nodes.SelectMany(n => n.Shares is { } owner ? new[] { n.Name, owner } : [])];
        foreach (var node in network.Nodes.Where(n => n.Layer.Traits().IsIdentity))
            Bypass(node);
    }

    /// <summary>What the network is by now; its outputs stand in the order of the original's.</summary>
    internal Network Network { get; private set; }

    /// <summary>The numbers of a parameter, in row-major order.</summary>
    internal double[] Values(string name) => _changed.GetValueOrDefault(name) ?? _values(name);

    /// <summary>
    /// BatchNorms and whatever else multiplies and shifts channels become part of what alone feeds them.
    /// </summary>
    internal FoldedNetwork BatchNorms()
    {
        // Of two in a row the second reads something else by then.
        foreach (var name in Network.Nodes.Select(n => n.Name))
        {
            var node = Network[name];
            if (
                node.Layer.Affine(name => Values($"{node.Owner}.{name}")) is { } affine
                && Feeding(node) is { } source
                && source.Layer.WithBias() is { } layer
                && !_shared.Contains(source.Name)
            )
                Fold(node, affine, source, layer);
        }
        return this;
    }

    /// <summary>Layers that have none get a bias of zero.</summary>
    internal FoldedNetwork Biases()
    {
        Network = new(
            Network.Name,
            [
                .. Network.Nodes.Select(n =>
                {
                    if (n.Layer.WithBias() is not { } layer || _shared.Contains(n.Name) || Bias(n) is not null)
                        return n;
                    _changed[$"{n.Name}.bias"] = new double[Network.Shapes[n.Name].Channels];
                    return n with { Layer = layer };
                }),
            ],
            Network.Outputs
        );
        return this;
    }

    /// <summary>Copies every number, so that the weights it began with may go.</summary>
    internal FoldedNetwork Keep()
    {
        foreach (var (name, _, _) in Network.Parameters())
            _changed[name] = Values(name);
        return this;
    }

    /// <summary>Tensors of the network as it is by now; the caller disposes them.</summary>
    internal Weights ToWeights(torch.ScalarType type)
    {
        var weights = new Weights();
        foreach (var (name, _, parameter) in Network.Parameters())
        {
            using var numbers = torch.tensor(Values(name), type);
            weights[name] = numbers.reshape([.. parameter.Sizes]);
        }
        return weights;
    }

    private void Fold(Node node, ChannelAffine affine, Node source, Layer layer)
    {
        var (factor, shift) = affine;
        var bias = Bias(source);
        var weights = Values($"{source.Name}.weight").ToArray();
        var parameter = source.Layer.Parameters(Network.InputShapes(source)).First(p => p.Name == "weight");
        for (var i = 0; i < weights.Length; i++)
            weights[i] *= factor[OutputOf(parameter, i, factor.Length)];
        _changed[$"{source.Name}.weight"] = weights;
        if (bias is null && shift is null)
            layer = source.Layer; // it needs none
        else
            _changed[$"{source.Name}.bias"] = [.. factor.Select((f, c) => (shift?[c] ?? 0) + f * (bias?[c] ?? 0))];
        Replace(node, source with { Layer = layer });
    }

    // The output channel that an element of the weights belongs to: of rows per output, or of rows per input with the
    // outputs of its group in each.
    private static int OutputOf(LayerParameter weight, long element, int channels)
    {
        if (weight.InputAxis != 0)
            return (int)(element / (weight.Count / channels));
        var perGroup = weight.Sizes[1];
        var (inputs, row) = (weight.Sizes[0], element / (weight.Count / weight.Sizes[0] / perGroup));
        return (int)(row / perGroup / (inputs / (channels / perGroup)) * perGroup + row % perGroup);
    }

    /// <summary>The bias of a layer; null where there is none.</summary>
    internal double[]? Bias(Node node) => node.Layer.HasBias() ? Values($"{node.Name}.bias") : null;

    // What feeds the node and nothing else.
    private Node? Feeding(Node node) => Reader(Network[node.Inputs[0]]) == node ? Network[node.Inputs[0]] : null;

    // The only reader of a node, if it has just one.
    private Node? Reader(Node node)
    {
        if (Network.Outputs.Contains(node.Name))
            return null;
        Node[] readers = [.. Network.Nodes.Where(n => n.Inputs.Contains(node.Name)).Take(2)];
        return readers is [var only] && only.Inputs.Count(i => i == node.Name) == 1 ? only : null;
    }

    // The node goes, and what fed it does its work.
    private void Replace(Node node, Node source) =>
        Rebuild(node, [.. Network.Nodes.Select(n => n.Name == source.Name ? source : n)]);

    private void Bypass(Node node) => Rebuild(node, [.. Network.Nodes]);

    private void Rebuild(Node gone, List<Node> nodes)
    {
        var source = gone.Inputs[0];
        string Name(string name) => name == gone.Name ? source : name;
        nodes.RemoveAll(n => n.Name == gone.Name);
        Network = new(
            Network.Name,
            [.. nodes.Select(n => n.Inputs.Contains(gone.Name) ? n with { Inputs = [.. n.Inputs.Select(Name)] } : n)],
            [.. Network.Outputs.Select(Name)]
        );
    }
}
