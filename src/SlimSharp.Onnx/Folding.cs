using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Onnx;

/// <summary>
/// A network with its numbers while it is being made simpler for inference: the function stays, layers go. Arithmetic is in double precision.
/// </summary>
internal sealed partial class Folding
{
    private readonly Func<string, double[]> _values;
    private readonly Dictionary<string, double[]> _changed = [];
    private readonly HashSet<string> _shared;

    internal Folding(Network network, Weights weights)
        : this(network, weights.Values) { }

    internal Folding(Network network, Func<string, double[]> values)
    {
        (Network, _values) = (network, values);
        _shared = [.. network.Nodes.SelectMany(n => n.Shares is { } owner ? new[] { n.Name, owner } : [])];
        foreach (var node in network.Nodes.Where(n => n.Layer is Dropout))
            Bypass(node);
    }

    /// <summary>What the network is by now; its outputs stand in the order of the original's.</summary>
    internal Network Network { get; private set; }

    /// <summary>The numbers of a parameter, in row-major order.</summary>
    internal double[] Values(string name) => _changed.GetValueOrDefault(name) ?? _values(name);

    /// <summary>BatchNorms and fixed factors become part of what alone feeds them.</summary>
    internal Folding BatchNorms()
    {
        foreach (var name in Network.Nodes.Select(n => n.Name)) // of two in a row the second reads something else by then
        {
            var node = Network[name];
            if (
                node.Layer is BatchNorm or Factor
                && Feeding(node) is { } source
                && WithBias(source.Layer) is { } layer
                && !_shared.Contains(source.Name)
            )
                Fold(node, source, layer);
        }
        return this;
    }

    /// <summary>Layers that have none get a bias of zero.</summary>
    internal Folding Biases()
    {
        Network = new(
            Network.Name,
            [
                .. Network.Nodes.Select(n =>
                {
                    if (WithBias(n.Layer) is not { } layer || _shared.Contains(n.Name) || Bias(n) is not null)
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
    internal Folding Keep()
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

    private void Fold(Node node, Node source, Layer layer)
    {
        var (factor, shift) = Affine(node);
        var bias = Bias(source);
        var weights = Values($"{source.Name}.weight").ToArray();
        var shape = Network.InputShapes(source)[0];
        var channels = factor.Length;
        for (var i = 0; i < weights.Length; i++)
            weights[i] *= factor[OutputOf(source.Layer, shape, i, weights.Length, channels)];
        _changed[$"{source.Name}.weight"] = weights;
        if (bias is null && node.Layer is Factor)
            layer = source.Layer; // it needs none
        else
            _changed[$"{source.Name}.bias"] = [.. factor.Select((f, c) => shift[c] + f * (bias?[c] ?? 0))];
        Replace(node, source with { Layer = layer });
    }

    // Both are factor·x + shift.
    private (double[] Factor, double[] Shift) Affine(Node node)
    {
        double[] Of(string name) => Values($"{node.Owner}.{name}");
        if (node.Layer is not BatchNorm norm)
            return (Of("weight"), new double[Of("weight").Length]);
        var (scale, shift, mean, variance) = (Of("weight"), Of("bias"), Of("running_mean"), Of("running_var"));
        double[] factor = [.. scale.Select((s, c) => s / Math.Sqrt(variance[c] + norm.Epsilon))];
        return (factor, [.. shift.Select((s, c) => s - factor[c] * mean[c])]);
    }

    // The output channel that an element of the weights belongs to.
    private static int OutputOf(Layer layer, Shape input, int element, int count, int channels)
    {
        if (layer is not TransposedConvolution { Groups: var groups, Kernel: var kernel })
            return element / (count / channels);
        var (perGroup, row) = (channels / groups, element / kernel.Area);
        return row / perGroup / (input.Channels / groups) * perGroup + row % perGroup;
    }

    private static Layer? WithBias(Layer layer) =>
        layer switch
        {
            Convolution convolution => convolution with { Bias = true },
            TransposedConvolution transposed => transposed with { Bias = true },
            Linear linear => linear with { Bias = true },
            _ => null,
        };

    /// <summary>The bias of a layer; null where there is none.</summary>
    internal double[]? Bias(Node node) =>
        node.Layer is Convolution { Bias: true } or TransposedConvolution { Bias: true } or Linear { Bias: true }
            ? Values($"{node.Name}.bias")
            : null;

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
