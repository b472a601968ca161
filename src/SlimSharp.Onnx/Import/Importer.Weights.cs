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
        CheckKernel(node, sizes);
        var input = _shapes[source];
        if (!input.IsImage) // a 1×1 convolution of what was averaged to one position
        {
            node.Ignore("strides", "dilations", "auto_pad");
            if (
                sizes is not [_, _, 1, 1]
                || node.Integer("group", 1) != 1
                || node.Integers("pads", 0, 0, 0, 0).Any(p => p != 0)
                || Rank(node) != ImageRank
            )
                throw node.Refuse("has a window on what is only one position");
            PutLinear(node, source, weight.Numbers(), sizes[0], sizes[1], Constant(node, 2)?.Numbers());
            return;
        }
        var (stride, dilation) = (node.Integers("strides", 1, 1), node.Integers("dilations", 1, 1));
        Kernel kernel = new(sizes[2], sizes[3]);
        if (sizes[1] * node.Integer("group", 1) != input.Channels)
            throw node.Refuse($"has weights for {sizes[1]} channels of each group, but reads {input}");
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
        if (sizes.Length != 4 || node.Has("output_shape") || node.Word("auto_pad", "NOTSET") != "NOTSET")
            throw node.Refuse("is not two-dimensional, or leaves its padding to the reader");
        CheckKernel(node, sizes);
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
        node.Ignore("momentum");
        node.Only("spatial", 1);
        if (node.Integer("training_mode", 0) != 0 || node.MakesMore)
            throw node.Refuse(
                "is in training mode; export the network in evaluation mode "
                    + "(in PyTorch, model.eval() before torch.onnx.export)"
            );
        Put(node, new BatchNorm { Epsilon = Exact(node.Number("epsilon", 1e-5)) });
        var name = Value(node.Output)!;
        string[] parameters = ["weight", "bias", "running_mean", "running_var"];
        for (var i = 0; i < parameters.Length; i++)
            Give(name, parameters[i], Needed(node, i + 1), _shapes[name].Channels);
    }

    // Every channel is a group of its own.
    private void InstanceNormalization(ImportNode node)
    {
        var shape = _shapes[Source(node)];
        if (!shape.IsImage)
            throw node.Refuse($"needs an image, but reads {shape.InWords}");
        Put(node, new GroupNorm(shape.Channels) { Epsilon = Exact(node.Number("epsilon", 1e-5)) });
        var name = Value(node.Output)!;
        Give(name, "weight", Needed(node, 1), shape.Channels);
        Give(name, "bias", Needed(node, 2), shape.Channels);
    }

    // 1e-5, not the nearest single-precision number.
    private static double Exact(double epsilon) =>
        double.Parse(((float)epsilon).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static void CheckKernel(ImportNode node, int[] sizes)
    {
        if (!node.Integers("kernel_shape", sizes[2], sizes[3]).SequenceEqual(sizes.Skip(2)))
            throw node.Refuse("says another size of its window than its weights have");
    }

    // y = α·x·Bᵀ + β·c; B may stand either way round.
    private void Linear(ImportNode node)
    {
        var (source, weight) = (Source(node), Needed(node, 1));
        var isGemm = node.Operator == "Gemm";
        if (isGemm)
            node.Only("transA", 0);
        if (weight.Sizes.Length != 2 || Rank(node) != 2)
            throw node.Refuse("multiplies something other than a vector by a matrix");
        var numbers = weight.Numbers();
        var (rows, columns) = (checked((int)weight.Sizes[0]), checked((int)weight.Sizes[1]));
        if (!isGemm || node.Integer("transB", 0) == 0)
        {
            var turned = new double[numbers.Length];
            for (var i = 0; i < numbers.Length; i++)
                turned[i % columns * rows + i / columns] = numbers[i];
            (numbers, rows, columns) = (turned, columns, rows);
        }
        double[]? bias = null;
        if (isGemm)
        {
            var (alpha, beta) = (node.Number("alpha", 1), node.Number("beta", 1));
            numbers = [.. numbers.Select(w => alpha * w)];
            if (Constant(node, 2) is { } given)
                bias = [.. PerChannel(node, given, rows, 2).Select(b => beta * b)];
        }
        PutLinear(node, source, numbers, rows, columns, bias);
    }

    private void PutLinear(ImportNode node, string source, double[] weights, int outputs, int inputs, double[]? bias)
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
            && _nodes[_places[owner]] is var first
            && first.Layer == layer
            && _shapes[first.Inputs[0]].Channels == _shapes[source].Channels;
        var name = Put(node.Output, layer, [source], shares ? owner : null);
        _values[node.Output] = name;
        _ranks[node.Output] = ImageRank;
        if (shares)
            return;
        _shared[key] = name;
        Give(name, "weight", weight, [.. weight.Sizes]);
        if (bias is not null)
            Give(name, "bias", bias, channels);
    }
}
