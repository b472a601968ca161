using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>One method for each kind of operator.</summary>
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

    private void Clip(ImportNode node)
    {
        var least = Constant(node, 1)?.Numbers().First() ?? node.Number("min", double.NegativeInfinity);
        var largest = Constant(node, 2)?.Numbers().First() ?? node.Number("max", double.PositiveInfinity);
        Put(
            node,
            new Activation(
                (least, largest) switch
                {
                    (0, 6) => ActivationFunction.Relu6,
                    (0, >= float.MaxValue) => ActivationFunction.Relu,
                    _ => throw node.Refuse($"clips to {least}…{largest}; only 0…6 is known"),
                }
            )
        );
    }

    private void PRelu(ImportNode node)
    {
        var slope = Needed(node, 1);
        var shared = slope.Data.Length == sizeof(float) && _shapes[Source(node)].Channels != 1;
        Put(node, new PRelu { Shared = shared });
        var name = Value(node.Output)!;
        Give(name, "weight", slope, shared ? 1 : _shapes[name].Channels);
    }

    private void Pool(ImportNode node)
    {
        var (source, size) = (Source(node), node.Integers("kernel_shape"));
        var input = _shapes[source];
        if (
            size.Length != 2
            || !input.IsImage
            || node.Integers("dilations", 1, 1) is not [1, 1]
            || node.Node.Outputs.Length > 1
        )
            throw node.Refuse("is not a plain two-dimensional window");
        var stride = node.Integers("strides", 1, 1);
        Kernel kernel = new(size[0], size[1]);
        var pads = Pads(node, input, kernel, new(stride[0], stride[1]), 1);
        var ceil = node.Integer("ceil_mode", 0) != 0;
        var isMean = node.Node.Operator == "AveragePool";
        if (isMean && ceil)
            throw node.Refuse("rounds sizes up, about whose borders runtimes differ");
        if (isMean && !pads.IsNone && node.Integer("count_include_pad", 0) == 0)
            throw node.Refuse("does not count its padding");
        // Padding below and to the right is whatever the last window needs.
        var (rows, columns) = (
            Count(input.Height, pads.Top + pads.Bottom, size[0], stride[0], ceil),
            Count(input.Width, pads.Left + pads.Right, size[1], stride[1], ceil)
        );
        Padding even = new(pads.Top, pads.Left, pads.Top, pads.Left);
        Layer Layer(bool up) =>
            isMean
                ? new AveragePool(kernel)
                {
                    Stride = new(stride[0], stride[1]),
                    Padding = even,
                    Ceil = up,
                }
                : new MaxPool(kernel)
                {
                    Stride = new(stride[0], stride[1]),
                    Padding = even,
                    Ceil = up,
                };
        bool Fits(Layer layer) => layer.Output([input]) is var made && (made.Height, made.Width) == (rows, columns);
        var layer = Fits(Layer(false)) ? Layer(false) : Layer(true);
        if (!Fits(layer) || (isMean && layer is AveragePool { Ceil: true }))
            throw node.Refuse("has padding that differs between opposite sides");
        Put(node, layer);
    }

    private static int Count(int size, int padding, int kernel, int stride, bool ceil) =>
        (size + padding - kernel + (ceil ? stride - 1 : 0)) / stride + 1;

    private static Padding Pads(ImportNode node, Shape input, Kernel kernel, Stride stride, Stride dilation)
    {
        switch (node.Word("auto_pad", "NOTSET"))
        {
            case "VALID":
                return 0;
            case "NOTSET":
                var pads = node.Integers("pads", 0, 0, 0, 0);
                return pads.Length == 4
                    ? new(pads[0], pads[1], pads[2], pads[3])
                    : throw node.Refuse("is not two-dimensional");
            case var same:
                var (top, bottom) = Same(input.Height, kernel.Height, stride.Height, dilation.Height);
                var (left, right) = Same(input.Width, kernel.Width, stride.Width, dilation.Width);
                return same == "SAME_LOWER" ? new(bottom, right, top, left) : new(top, left, bottom, right);
        }

        static (int Before, int After) Same(int size, int kernel, int stride, int dilation)
        {
            var all = Math.Max(((size + stride - 1) / stride - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
            return (all / 2, all - all / 2);
        }
    }

    private void GlobalAverage(ImportNode node)
    {
        if (_shapes[Source(node)].IsImage)
            Put(node, new GlobalAveragePool());
        else
            Alias(node);
    }

    private void Mean(ImportNode node)
    {
        var axes = Constant(node, 1)?.Numbers().Select(n => (int)n).ToArray() ?? node.Integers("axes");
        if (!_shapes[Source(node)].IsImage || !axes.Select(a => a < 0 ? a + 4 : a).Order().SequenceEqual([2, 3]))
            throw node.Refuse("takes the mean over something else than height and width");
        Put(node, new GlobalAveragePool());
    }

    // Whatever keeps the batch and makes a vector of the rest, or gives a vector a height and width of 1.
    private void Reshape(ImportNode node)
    {
        var source = Source(node);
        var shape = _shapes[source];
        var wanted = node.Node.Operator switch
        {
            "Flatten" when node.Integer("axis", 1) == 1 => 2,
            "Reshape"
                when Needed(node, 1).Numbers() is { Length: 2 } sizes && (sizes[1] == -1 || sizes[1] == shape.Count) =>
                2,
            "Reshape" when !shape.IsImage && Needed(node, 1).Numbers() is [_, _, 1, 1] => 4,
            "Squeeze" or "Unsqueeze" when !shape.IsImage => 4,
            _ => throw node.Refuse($"makes something else than a vector of {shape}"),
        };
        if (wanted == 4 || !shape.IsImage)
        {
            _values[node.Output] = source;
            // The mean and its flattening are one layer here, under the name of the whole.
            if (
                _nodes[^1] is { Layer: GlobalAveragePool } mean
                && mean.Name == source
                && mean.Name.StartsWith(node.Output + ".", StringComparison.Ordinal)
            )
                Rename(mean, node.Output);
        }
        else
            Put(node, new Flatten());
    }

    // The last node, which no other reads yet.
    private void Rename(Node last, string output)
    {
        _nodes.RemoveAt(_nodes.Count - 1);
        _shapes.Remove(last.Name);
        var name = Put(output, last.Layer, [.. last.Inputs]);
        foreach (var value in _values.Where(v => v.Value == last.Name).Select(v => v.Key).ToArray())
            _values[value] = name;
    }

    private void Add(ImportNode node)
    {
        if (node.Node.Inputs.Length == 2 && (Constant(node, 0) ?? Constant(node, 1)) is { } constant)
        {
            var source = Source(node, Constant(node, 0) is null ? 0 : 1);
            // The bias that some write behind a MatMul.
            if (
                _nodes[^1] is { Layer: Linear { Bias: false } linear } last
                && last.Name == source
                && IsReadOnce(node.Input(Constant(node, 0) is null ? 0 : 1)!)
            )
            {
                _nodes[^1] = last with { Layer = linear with { Bias = true } };
                _values[node.Output] = source;
            }
            else
                Put(node, new Shift(), source);
            Give(Value(node.Output)!, "bias", PerChannel(node, constant, _shapes[source]), _shapes[source].Channels);
            return;
        }
        string[] terms = [.. node.Node.Inputs.Select((_, i) => Source(node, i))];
        Put(node, new Add(), terms);
    }

    private void Multiply(ImportNode node)
    {
        if ((Constant(node, 0) ?? Constant(node, 1)) is { } constant)
        {
            var source = Source(node, Constant(node, 0) is null ? 0 : 1);
            var factors = PerChannel(node, constant, _shapes[source]);
            var norm = new BatchNorm();
            Put(node, norm, source);
            var name = Value(node.Output)!;
            double[] zeros = new double[factors.Length];
            Give(name, "weight", factors, factors.Length);
            Give(name, "bias", zeros, factors.Length);
            Give(name, "running_mean", zeros, factors.Length);
            Give(name, "running_var", [.. zeros.Select(_ => 1 - norm.Epsilon)], factors.Length);
            return;
        }
        var (a, b) = (Source(node, 0), Source(node, 1));
        var isTurned = !_shapes[a].IsImage && _shapes[b].IsImage;
        Put(node, new Multiply(), isTurned ? b : a, isTurned ? a : b);
    }

    private bool IsReadOnce(string value) =>
        model.Nodes.Sum(n => n.Inputs.Count(i => i == value)) == 1 && model.Outputs.All(o => o.Name != value);

    private static double[] PerChannel(ImportNode node, OnnxTensor constant, Shape shape)
    {
        var numbers = constant.Numbers();
        if (numbers.Length == 1)
            return [.. Enumerable.Repeat(numbers[0], shape.Channels)];
        int[] sizes = [.. constant.Sizes.Select(s => checked((int)s)).SkipWhile(s => s == 1)];
        var isPerChannel = shape.IsImage
            ? sizes is [var c, 1, 1] && c == shape.Channels
            : sizes is [var n] && n == shape.Channels;
        return isPerChannel ? numbers : throw node.Refuse("has a constant that is not one number for each channel");
    }

    private void Concat(ImportNode node)
    {
        if (node.Integer("axis", 1) is not (1 or -3))
            throw node.Refuse("puts together something else than channels");
        Put(node, new Concat(), [.. node.Node.Inputs.Select((_, i) => Source(node, i))]);
    }

    // Of selections one after another one is left.
    private void Select(ImportNode node)
    {
        var source = Source(node);
        var indices = Indices(node, _shapes[source]);
        if (_nodes.First(n => n.Name == source) is { Layer: Select earlier } before)
        {
            indices = [.. indices.Select(i => i == Networks.Select.Zero ? i : earlier.Indices[i])];
            source = before.Inputs[0];
        }
        Put(node, new Select(indices), source);
    }

    private ImmutableArray<int> Indices(ImportNode node, Shape shape)
    {
        int[] Numbers(int index) =>
            [.. Needed(node, index).Numbers().Select(n => (int)Math.Clamp(n, int.MinValue, int.MaxValue))];
        var all = Enumerable.Range(0, shape.Channels);
        switch (node.Node.Operator)
        {
            case "Gather" when node.Integer("axis", 0) == 1 && Needed(node, 1).Sizes.Length == 1:
                int[] places = [.. Numbers(1).Select(i => i < 0 ? i + shape.Channels : i)];
                return places.All(i => i >= 0 && i < shape.Channels)
                    ? [.. places]
                    : throw node.Refuse("reads channels that are not there");
            case "Slice" when node.Input(3) is not null && Numbers(3) is [1]:
                if (node.Input(4) is not null && Numbers(4) is not [1])
                    throw node.Refuse("leaves channels out in between");
                var (from, to) = (Numbers(1).First(), Numbers(2).First());
                from = from < 0 ? from + shape.Channels : from;
                to = Math.Min(to < 0 ? to + shape.Channels : to, shape.Channels);
                return from >= 0 && from < to
                    ? [.. all.Skip(from).Take(to - from)]
                    : throw node.Refuse("leaves no channel");
            case "Pad" when Numbers(1) is { } pads && pads.Length == (shape.IsImage ? 8 : 4):
                var (before, after) = (pads[1], pads[pads.Length / 2 + 1]);
                if (
                    pads.Where((p, i) => p != 0 && i % (pads.Length / 2) != 1).Any()
                    || before is < 0 or > MaxSize
                    || after is < 0 or > MaxSize
                )
                    throw node.Refuse("pads something else than channels");
                if (node.Word("mode", "constant") != "constant" || Constant(node, 2)?.Numbers() is [not 0])
                    throw node.Refuse("pads with something else than zeros");
                var zero = Networks.Select.Zero;
                return [.. Enumerable.Repeat(zero, before), .. all, .. Enumerable.Repeat(zero, after)];
            default:
                throw node.Refuse("selects something else than channels");
        }
    }

    private void Resize(ImportNode node)
    {
        var scales = Needed(node, 2).Numbers();
        var (mode, places) = (node.Word("mode", "nearest"), node.Word("coordinate_transformation_mode", "half_pixel"));
        var isNearest =
            mode == "nearest" && places == "asymmetric" && node.Word("nearest_mode", "round_prefer_floor") == "floor";
        if (
            scales is not [1, 1, >= 1, >= 1]
            || scales.Any(s => s != Math.Floor(s))
            || !(isNearest || (mode == "linear" && places is "half_pixel" or "pytorch_half_pixel"))
        )
            throw node.Refuse("enlarges in a way that is not known");
        Put(node, new Upsample(new((int)scales[2], (int)scales[3])) { Bilinear = !isNearest });
    }

    // 1e-5, not the nearest single-precision number.
    private static double Exact(double epsilon) =>
        double.Parse(
            ((float)epsilon).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture
        );
}
