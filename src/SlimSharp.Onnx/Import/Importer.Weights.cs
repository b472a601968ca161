using System.Globalization;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>Layers that have parameters.</summary>
internal sealed partial class Importer
{
    private void Convolution(ImportNode node)
    {
        var (source, weight) = (Source(node), Needed(node, 1));
        int[] sizes = [.. weight.Sizes.Select(s => checked((int)s))];
        if (sizes.Length != 4)
            throw node.Refuse("is not two-dimensional");
        var input = _shapes[source];
        if (!input.IsImage) // a 1×1 convolution of what was averaged to one position
        {
            if (sizes is not [_, _, 1, 1] || node.Integer("group", 1) != 1)
                throw node.Refuse("has a window on what is only one position");
            PutLinear(node, source, weight.Numbers(), sizes[0], sizes[1], Constant(node, 2));
            return;
        }
        var (stride, dilation) = (node.Integers("strides", 1, 1), node.Integers("dilations", 1, 1));
        Kernel kernel = new(sizes[2], sizes[3]);
        var layer = new Convolution(sizes[0], kernel)
        {
            Stride = new(stride[0], stride[1]),
            Dilation = new(dilation[0], dilation[1]),
            Padding = Pads(node, input, kernel, new(stride[0], stride[1]), new(dilation[0], dilation[1])),
            Groups = checked((int)node.Integer("group", 1)),
            Bias = Constant(node, 2) is not null,
        };
        PutWeighted(node, layer, source, weight, Constant(node, 2), sizes[0]);
    }

    private void TransposedConvolution(ImportNode node)
    {
        var (source, weight) = (Source(node), Needed(node, 1));
        int[] sizes = [.. weight.Sizes.Select(s => checked((int)s))];
        if (
            sizes.Length != 4
            || node.Node.Attributes.Any(a => a.Name is "output_shape")
            || node.Word("auto_pad", "NOTSET") != "NOTSET"
        )
            throw node.Refuse("is not two-dimensional, or leaves its padding to the reader");
        var (stride, dilation) = (node.Integers("strides", 1, 1), node.Integers("dilations", 1, 1));
        var (pads, more) = (node.Integers("pads", 0, 0, 0, 0), node.Integers("output_padding", 0, 0));
        var groups = checked((int)node.Integer("group", 1));
        var layer = new TransposedConvolution(sizes[1] * groups, new(sizes[2], sizes[3]))
        {
            Stride = new(stride[0], stride[1]),
            Dilation = new(dilation[0], dilation[1]),
            Padding = new(pads[0], pads[1], pads[2], pads[3]),
            OutputPadding = new(more[0], more[1]),
            Groups = groups,
            Bias = Constant(node, 2) is not null,
        };
        PutWeighted(node, layer, source, weight, Constant(node, 2), layer.Channels);
    }

    private void BatchNormalization(ImportNode node)
    {
        if (node.Integer("training_mode", 0) != 0)
            throw node.Refuse("is in training");
        Put(node, new BatchNorm { Epsilon = Exact(node.Number("epsilon", 1e-5)) });
        var name = Value(node.Output)!;
        string[] parameters = ["weight", "bias", "running_mean", "running_var"];
        for (var i = 0; i < parameters.Length; i++)
            Give(name, parameters[i], Needed(node, i + 1), _shapes[name].Channels);
    }

    // 1e-5, not the nearest single-precision number.
    private static double Exact(double epsilon) =>
        double.Parse(((float)epsilon).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    // y = x·Bᵀ + c; B may stand either way round.
    private void Linear(ImportNode node)
    {
        var (source, weight) = (Source(node), Needed(node, 1));
        if (
            weight.Sizes.Length != 2
            || node.Number("alpha", 1) != 1
            || node.Number("beta", 1) != 1
            || node.Integer("transA", 0) != 0
        )
            throw node.Refuse("is more than a linear layer");
        var numbers = weight.Numbers();
        var (rows, columns) = (checked((int)weight.Sizes[0]), checked((int)weight.Sizes[1]));
        if (node.Node.Operator == "MatMul" || node.Integer("transB", 0) == 0)
        {
            var turned = new double[numbers.Length];
            for (var i = 0; i < numbers.Length; i++)
                turned[i % columns * rows + i / columns] = numbers[i];
            (numbers, rows, columns) = (turned, columns, rows);
        }
        PutLinear(node, source, numbers, rows, columns, Constant(node, 2));
    }

    private void PutLinear(ImportNode node, string source, double[] weights, int outputs, int inputs, OnnxTensor? bias)
    {
        if (_shapes[source].Count != inputs || _shapes[source].IsImage)
            throw node.Refuse($"needs {inputs} inputs, but reads {_shapes[source]}");
        Put(node, new Linear(outputs) { Bias = bias is not null });
        var name = Value(node.Output)!;
        Give(name, "weight", weights, outputs, inputs);
        if (bias is not null)
            Give(name, "bias", bias, outputs);
    }

    // A layer whose weights another has already read shares that one's.
    private void PutWeighted(
        ImportNode node,
        Layer layer,
        string source,
        OnnxTensor weight,
        OnnxTensor? bias,
        int channels
    )
    {
        var key = $"{node.Input(1)}\n{node.Input(2)}";
        var owner = _shared.GetValueOrDefault(key);
        var shares =
            owner is not null
            && _nodes.First(n => n.Name == owner) is var first
            && first.Layer == layer
            && _shapes[first.Inputs[0]].Channels == _shapes[source].Channels;
        var name = Put(node.Output, layer, [source], shares ? owner : null);
        _values[node.Output] = name;
        if (shares)
            return;
        _shared[key] = name;
        Give(name, "weight", weight, [.. weight.Sizes]);
        if (bias is not null)
            Give(name, "bias", bias, channels);
    }

    private void PRelu(ImportNode node)
    {
        var slope = Needed(node, 1);
        var shared = slope.Data.Length == sizeof(float) && _shapes[Source(node)].Channels != 1;
        Put(node, new PRelu { Shared = shared });
        var name = Value(node.Output)!;
        Give(name, "weight", slope, shared ? 1 : _shapes[name].Channels);
    }
}
