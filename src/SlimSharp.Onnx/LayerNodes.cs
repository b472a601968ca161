using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// Writes one layer as operators: what layer kinds are in ONNX stands here and nowhere else. The result is the value's
/// name.
/// </summary>
internal sealed partial class LayerNodes(
    GraphBuilder graph,
    Network network,
    Func<string, double[]> values,
    QuantizedNetwork? quantized = null
) : LayerVisitor<string>
{
    private Node _node = null!;
    private string[] _inputs = [];

    internal string Write(Node node, string[] inputs)
    {
        (_node, _inputs) = (node, inputs);
        return node.Layer.Accept(this);
    }

    private string X => _inputs[0];

    private Shape Read => network.Shapes[_node.Inputs[0]];

    private Shape Made => network.Shapes[_node.Name];

    public override string Visit(Input layer) => throw new InvalidOperationException($"'{_node.Name}' is an input.");

    public override string Visit(Convolution layer) =>
        Put(
            "Conv",
            [
                X,
                Weight(layer.Channels, Read.Channels / layer.Groups, layer.Kernel.Height, layer.Kernel.Width),
                .. layer.Bias ? [Bias()] : (string[])[],
            ],
            ("dilations", Pair(layer.Dilation)),
            ("group", (long)layer.Groups),
            ("kernel_shape", Pair(layer.Kernel)),
            ("pads", Pads(layer.Padding)),
            ("strides", Pair(layer.Stride))
        );

    public override string Visit(TransposedConvolution layer) =>
        Put(
            "ConvTranspose",
            [
                X,
                Weight(Read.Channels, layer.Channels / layer.Groups, layer.Kernel.Height, layer.Kernel.Width),
                .. layer.Bias ? [Bias()] : (string[])[],
            ],
            ("dilations", Pair(layer.Dilation)),
            ("group", (long)layer.Groups),
            ("kernel_shape", Pair(layer.Kernel)),
            ("output_padding", Pair(layer.OutputPadding)),
            ("pads", Pads(layer.Padding)),
            ("strides", Pair(layer.Stride))
        );

    public override string Visit(BatchNorm layer)
    {
        if (!Read.IsSequence)
            return Put(
                "BatchNormalization",
                [X, Of("weight"), Of("bias"), Of("running_mean"), Of("running_var")],
                ("epsilon", (float)layer.Epsilon)
            );
        // The operator wants channels in front of positions; a factor and a shift do not care.
        var affine = layer.Affine(name => values($"{_node.Owner}.{name}"))!;
        string Each(string name, double[] numbers) =>
            graph.Constant(Part(name), [.. numbers.Select(n => (float)n)], numbers.Length);
        var scaled = graph.Add("Mul", Part("scaled"), [X, Each("factor", affine.Factor)]);
        return Put("Add", [scaled, Each("shift", affine.Shift!)]);
    }

    // Groups become the channels of an instance normalisation; operator set 17 has none of its own.
    public override string Visit(GroupNorm layer)
    {
        var turn = ("perm", (object)new long[] { 0, 2, 1 }); // N×T×C to N×C×T, and back
        var outer = Read.IsSequence ? graph.Add("Transpose", Part("outer"), [X], turn) : X;
        var groups = graph.Constant(Part("groups"), 0, layer.Groups, -1);
        var grouped = graph.Add("Reshape", Part("grouped"), [outer, groups]);
        float[] ones = [.. Enumerable.Repeat(1f, layer.Groups)];
        var normal = graph.Add(
            "InstanceNormalization",
            Part("normal"),
            [
                grouped,
                graph.Constant(Part("ones"), ones, layer.Groups),
                graph.Constant(Part("zeros"), new float[layer.Groups], layer.Groups),
            ],
            ("epsilon", (float)layer.Epsilon)
        );
        long[] sizes = Read.IsSequence ? [0, Made.Channels, Made.Tokens] : [0, .. Made.Sizes(0).Skip(1)];
        var whole = graph.Add("Reshape", Part("whole"), [normal, graph.Constant(Part("shape"), sizes)]);
        if (Read.IsSequence)
            whole = graph.Add("Transpose", Part("inner"), [whole], turn);
        return Put("Add", [graph.Add("Mul", Part("scaled"), [whole, PerChannel("weight")]), PerChannel("bias")]);
    }

    public override string Visit(LayerNorm layer)
    {
        string Normal(string output, string input) =>
            graph.Add(
                "LayerNormalization",
                output,
                [input, Of("weight"), Of("bias")],
                ("axis", -1L),
                ("epsilon", (float)layer.Epsilon)
            );
        if (!Read.IsImage)
            return Normal(_node.Name, X);
        var inner = graph.Add("Transpose", Part("inner"), [X], ("perm", new long[] { 0, 2, 3, 1 })); // N×H×W×C
        return Put("Transpose", [Normal(Part("normal"), inner)], ("perm", new long[] { 0, 3, 1, 2 }));
    }

    public override string Visit(Activation layer) =>
        layer.Function switch
        {
            ActivationFunction.Relu => Put("Relu", [X]),
            ActivationFunction.Relu6 => Put("Clip", [X, Scalar(0), Scalar(6)]),
            ActivationFunction.LeakyRelu => Put("LeakyRelu", [X], ("alpha", (float)layer.NegativeSlope)),
            ActivationFunction.Sigmoid => Put("Sigmoid", [X]),
            ActivationFunction.Tanh => Put("Tanh", [X]),
            ActivationFunction.Silu => Put("Mul", [X, graph.Add("Sigmoid", Part("gate"), [X])]),
            ActivationFunction.HardSigmoid => Put("HardSigmoid", [X], ("alpha", 1 / 6f), ("beta", 0.5f)),
            ActivationFunction.HardSwish => Put("HardSwish", [X]),
            _ => throw new NetworkException($"Activation '{_node.Name}' has the unknown function {layer.Function}."),
        };

    public override string Visit(PRelu layer) =>
        Put(
            "PRelu",
            [X, layer.Shared ? graph.Constant($"{_node.Owner}.weight", Numbers("weight"), 1) : PerChannel("weight")]
        );

    public override string Visit(MaxPool layer) =>
        Put("MaxPool", [X], Windows(layer.Kernel, layer.Stride, layer.Padding));

    // Padding counts as zeros, but what the last window sticks out over does not count: that is made good by a factor.
    public override string Visit(AveragePool layer)
    {
        var windows = Windows(layer.Kernel, layer.Stride, layer.Padding);
        (string, object)[] attributes = [.. windows, ("count_include_pad", 1L)];
        var rows = Covered(Read.Height, Made.Height, layer.Kernel.Height, layer.Stride.Height, layer.Padding.Top);
        var columns = Covered(Read.Width, Made.Width, layer.Kernel.Width, layer.Stride.Width, layer.Padding.Left);
        if (rows.All(r => r == layer.Kernel.Height) && columns.All(c => c == layer.Kernel.Width))
            return Put("AveragePool", [X], attributes);
        float[] factors = [.. rows.SelectMany(r => columns.Select(c => (float)layer.Kernel.Area / (r * c)))];
        var mean = graph.Add("AveragePool", Part("mean"), [X], attributes);
        return Put("Mul", [mean, graph.Constant(Part("factors"), factors, 1, 1, Made.Height, Made.Width)]);
    }

    public override string Visit(GlobalAveragePool layer) =>
        Read.IsSequence
            ? Put("ReduceMean", [X], ("axes", new long[] { 1 }), ("keepdims", 0L))
            : Put("Flatten", [graph.Add("GlobalAveragePool", Part("mean"), [X])], ("axis", 1L));

    public override string Visit(Upsample layer)
    {
        var factors = graph.Constant(Part("factors"), [1, 1, layer.Factor.Height, layer.Factor.Width], 4);
        return layer.Bilinear
            ? Put("Resize", [X, "", factors], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"))
            : Put(
                "Resize",
                [X, "", factors],
                ("mode", "nearest"),
                ("coordinate_transformation_mode", "asymmetric"),
                ("nearest_mode", "floor")
            );
    }

    public override string Visit(Add layer)
    {
        var sum = X;
        for (var i = 1; i < _inputs.Length; i++)
            sum = graph.Add("Add", i == _inputs.Length - 1 ? _node.Name : Part("part"), [sum, _inputs[i]]);
        return sum;
    }

    public override string Visit(Multiply layer)
    {
        var factors = _inputs[1];
        if (!Read.IsVector && network.Shapes[_node.Inputs[1]].IsVector)
        {
            var shape = Read.IsImage
                ? graph.Constant(Part("shape"), 0, Read.Channels, 1, 1)
                : graph.Constant(Part("shape"), 0, 1, Read.Channels);
            factors = graph.Add("Reshape", Part("factors"), [factors, shape]);
        }
        return Put("Mul", [X, factors]);
    }

    public override string Visit(Concat layer) =>
        _inputs.Length == 1 ? X : Put("Concat", _inputs, ("axis", (long)Read.ChannelAxis));

    public override string Visit(Select layer)
    {
        var indices = layer.Indices;
        var (first, count) = (indices[0], indices.Length);
        var (axis, there) = layer.Axis == PositionAxis.Tokens ? (1, Read.Tokens) : (Read.ChannelAxis, Read.Channels);
        if (first != Select.Zero && indices.SequenceEqual(Enumerable.Range(first, count)))
            return count == there
                ? X
                : Put(
                    "Slice",
                    [
                        X,
                        graph.Constant(Part("from"), first),
                        graph.Constant(Part("to"), first + count),
                        graph.Constant(Part("axis"), axis),
                    ]
                );
        if (!indices.Contains(Select.Zero))
            return Put(
                "Gather",
                [X, graph.Constant(Part("indices"), [.. indices.Select(i => (long)i)])],
                ("axis", (long)axis)
            );
        // Zeros behind the others.
        var rank = Made.Sizes(1).Length;
        var pads = new long[2 * rank];
        pads[rank + axis] = 1;
        var extended = graph.Add("Pad", Part("extended"), [X, graph.Constant(Part("pads"), pads)]);
        long[] places = [.. indices.Select(i => (long)(i == Select.Zero ? there : i))];
        return Put("Gather", [extended, graph.Constant(Part("indices"), places)], ("axis", (long)axis));
    }

    public override string Visit(Shift layer) => Put("Add", [X, PerChannel("bias")]);

    public override string Visit(Factor layer) => Put("Mul", [X, PerChannel("weight")]);

    public override string Visit(Flatten layer) => !Read.IsVector ? Put("Flatten", [X], ("axis", 1L)) : X;

    public override string Visit(Linear layer)
    {
        string[] bias = layer.Bias ? [Bias()] : [];
        if (Read.IsVector)
            return Put("Gemm", [X, Weight(layer.Channels, Read.Channels), .. bias], ("transB", 1L));
        if (Read.IsImage)
            return Put("Conv", [X, Weight(layer.Channels, Read.Channels, 1, 1), .. bias]);
        var turned = TurnedWeight(layer.Channels, Read.Channels);
        return bias is [var shift]
            ? Put("Add", [graph.Add("MatMul", Part("product"), [X, turned]), shift])
            : Put("MatMul", [X, turned]);
    }

    public override string Visit(Dropout layer) => X;

    public override string Visit(CustomLayer layer) =>
        CustomNodes.Write(_node.Name, layer, new(graph, network, _node, _inputs, values));
}
