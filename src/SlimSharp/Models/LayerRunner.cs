using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Models;

/// <summary>
/// Computes one layer on tensors. A layer computes in the data type of what it reads; linear layers, in that of
/// their weights.
/// </summary>
internal sealed class LayerRunner(Func<string, torch.Tensor> parameter, RunMode mode) : LayerVisitor<torch.Tensor>
{
    private Node _node = null!;
    private torch.Tensor[] _inputs = [];

    /// <summary>The node's output; the caller disposes it.</summary>
    internal torch.Tensor Run(Node node, torch.Tensor[] inputs)
    {
        (_node, _inputs) = (node, inputs);
        return node.Layer.Accept(this);
    }

    private torch.Tensor X => _inputs[0];

    // Of a sequence the last dimension, otherwise the one behind the batch.
    private int ChannelAxis => X.dim() == 3 ? 2 : 1;

    // Every token as a sample of its own, N×T×C as NT×C: what has positions alike is the same so.
    private torch.Tensor TokenByToken(Func<torch.Tensor, torch.Tensor> run)
    {
        if (X.dim() != 3)
            return run(X);
        using var tokens = X.reshape(-1, X.shape[2]);
        using var made = run(tokens);
        return made.view(X.shape);
    }

    private torch.Tensor Of(string name) => parameter($"{_node.Owner}.{name}");

    public override torch.Tensor Visit(Input layer) =>
        throw new NetworkException($"The input '{_node.Name}' was not given.");

    public override torch.Tensor Visit(Convolution layer)
    {
        using var weight = Of("weight").to(X.dtype);
        using var bias = layer.Bias ? Of("bias").to(X.dtype) : null;
        if (StridedPixels.Applies(layer))
        {
            using var read = StridedPixels.Read(X, layer);
            return Convolve.Forward(read, weight, bias, layer with { Stride = 1 });
        }
        var p = layer.Padding;
        if (p.IsSymmetric)
            return Convolve.Forward(X, weight, bias, layer);
        using var padded = F.pad(X, [p.Left, p.Right, p.Top, p.Bottom]);
        return Convolve.Forward(padded, weight, bias, layer with { Padding = 0 });
    }

    public override torch.Tensor Visit(TransposedConvolution layer)
    {
        using var weight = Of("weight").to(X.dtype);
        using var bias = layer.Bias ? Of("bias").to(X.dtype) : null;
        return Convolve.Forward(X, weight, bias, layer);
    }

    public override torch.Tensor Visit(GroupNorm layer)
    {
        using var scale = Of("weight").to(X.dtype);
        using var shift = Of("bias").to(X.dtype);
        if (X.dim() != 3)
            return F.group_norm(X, layer.Groups, scale, shift, layer.Epsilon);
        using var outer = X.transpose(1, 2); // N×T×C -> N×C×T
        using var normal = F.group_norm(outer, layer.Groups, scale, shift, layer.Epsilon);
        return normal.transpose(1, 2);
    }

    public override torch.Tensor Visit(LayerNorm layer)
    {
        using var gain = Of("weight").to(X.dtype);
        using var shift = Of("bias").to(X.dtype);
        if (X.dim() < 4) // channels lie innermost
            return F.layer_norm(X, [X.shape[^1]], gain, shift, layer.Epsilon);
        using var inner = X.permute(0, 2, 3, 1); // N×C×H×W -> N×H×W×C
        using var normal = F.layer_norm(inner, [X.shape[1]], gain, shift, layer.Epsilon);
        return normal.permute(0, 3, 1, 2);
    }

    public override torch.Tensor Visit(BatchNorm layer) =>
        TokenByToken(x =>
            F.batch_norm(
                x,
                Of("running_mean"),
                Of("running_var"),
                Of("weight"),
                Of("bias"),
                mode.IsTraining,
                layer.Momentum,
                layer.Epsilon
            )
        );

    public override torch.Tensor Visit(Activation layer)
    {
        switch (layer.Function)
        {
            case ActivationFunction.Relu:
                return X.relu();
            case ActivationFunction.Relu6:
                return X.relu6();
            case ActivationFunction.LeakyRelu:
                using (Scalar slope = layer.NegativeSlope)
                    return X.leaky_relu(slope);
            case ActivationFunction.Sigmoid:
                return X.sigmoid();
            case ActivationFunction.Tanh:
                return X.tanh();
            case ActivationFunction.Silu:
                return X.silu();
            case ActivationFunction.HardSigmoid:
                return F.hardsigmoid(X);
            case ActivationFunction.HardSwish:
                return F.hardswish(X);
            default:
                throw new NetworkException($"Activation '{_node.Name}' has the unknown function {layer.Function}.");
        }
    }

    public override torch.Tensor Visit(PRelu layer)
    {
        using var slope = Of("weight").to(X.dtype);
        return TokenByToken(x => x.prelu(slope));
    }

    public override torch.Tensor Visit(Upsample layer) =>
        F.interpolate(
            X,
            scale_factor: [layer.Factor.Height, layer.Factor.Width],
            mode: layer.Bilinear ? torch.InterpolationMode.Bilinear : torch.InterpolationMode.Nearest,
            align_corners: layer.Bilinear ? false : null
        );

    public override torch.Tensor Visit(MaxPool layer) =>
        F.max_pool2d(
            X,
            [layer.Kernel.Height, layer.Kernel.Width],
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            [1, 1],
            layer.Ceil
        );

    public override torch.Tensor Visit(AveragePool layer) =>
        F.avg_pool2d(
            X,
            [layer.Kernel.Height, layer.Kernel.Width],
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            layer.Ceil,
            count_include_pad: true
        );

    public override torch.Tensor Visit(GlobalAveragePool layer) => X.dim() == 4 ? X.mean([2, 3]) : X.mean([1]);

    public override torch.Tensor Visit(Add layer)
    {
        var sum = X.add(_inputs[1], Scalars.One);
        foreach (var term in _inputs.Skip(2))
        {
            using var before = sum;
            sum = before.add(term, Scalars.One);
        }
        return sum;
    }

    public override torch.Tensor Visit(Multiply layer)
    {
        if (X.dim() == _inputs[1].dim())
            return X.mul(_inputs[1]);
        // N×C -> N×C×1×1 or N×1×C
        using var factors = X.dim() == 4 ? _inputs[1].reshape(X.shape[0], X.shape[1], 1, 1) : _inputs[1].unsqueeze(1);
        return X.mul(factors);
    }

    public override torch.Tensor Visit(Concat layer) => torch.cat(_inputs, ChannelAxis);

    public override torch.Tensor Visit(Select layer)
    {
        var axis = layer.Axis == PositionAxis.Tokens ? 1 : ChannelAxis;
        var count = X.shape[axis];
        if (layer.Indices.Length == count && layer.Indices.Select((index, place) => index == place).All(same => same))
            return X.alias();
        if (!layer.Indices.Contains(Select.Zero))
        {
            using var indices = torch.tensor(layer.Indices.ToArray(), torch.int64, X.device);
            return X.index_select(axis, indices);
        }
        // Zeros behind the others.
        long[] one = X.shape;
        one[axis] = 1;
        using var zeros = torch.zeros(one, X.dtype, X.device);
        using var extended = torch.cat([X, zeros], axis);
        using var places = torch.tensor(
            layer.Indices.Select(i => i == Select.Zero ? count : i).ToArray(),
            torch.int64,
            X.device
        );
        return extended.index_select(axis, places);
    }

    public override torch.Tensor Visit(Shift layer)
    {
        using var shift = X.dim() == 4 ? Of("bias").view(1, -1, 1, 1).to(X.dtype) : Of("bias").to(X.dtype);
        return X.add(shift, Scalars.One);
    }

    public override torch.Tensor Visit(Factor layer)
    {
        using var factor = X.dim() == 4 ? Of("weight").view(1, -1, 1, 1).to(X.dtype) : Of("weight").to(X.dtype);
        return X.mul(factor);
    }

    public override torch.Tensor Visit(Flatten layer) => X.flatten(1);

    public override torch.Tensor Visit(Linear layer)
    {
        var weight = Of("weight");
        var bias = layer.Bias ? Of("bias") : null;
        using var input = X.to(weight.dtype);
        if (X.dim() != 4)
            return F.linear(input, weight, bias);
        using var kernel = weight.view(weight.shape[0], weight.shape[1], 1, 1); // of single pixels
        return Convolve.Forward(input, kernel, bias, new Convolution(layer.Channels, 1));
    }

    public override torch.Tensor Visit(CustomLayer layer) =>
        CustomLayers.Run(_node.Name, layer, new(_inputs, Of, mode.IsTraining));

    public override torch.Tensor Visit(Dropout layer) =>
        !mode.IsTraining || layer.Share == 0 ? X.alias()
        : mode.Sampling is { } sampling ? DropoutMask.Apply(X, layer.Share, _node.Name, sampling)
        : F.dropout(X, layer.Share);
}
