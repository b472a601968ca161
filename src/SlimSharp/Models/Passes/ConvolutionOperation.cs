using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Models.Passes;

/// <summary>A convolution whose weight is cast once per pass.</summary>
internal sealed class ConvolutionOperation(Node node, Convolution layer) : Operation(node.Name)
{
    private torch.Tensor? _input;
    private Stride _stride;
    private long[]? _sampled; // the sizes of what was sampled

    internal override torch.Tensor Forward(Pass pass)
    {
        var whole = pass.Value(node.Inputs[0]);
        var samples = UnitStride.Applies(layer, whole);
        _stride = samples ? 1 : layer.Stride;
        _sampled = samples ? whole.shape : null;
        using var x = samples ? UnitStride.Read(whole, layer) : whole.alias();
        if (pass.Keeps)
            _input = Hold(x);
        return F.conv2d(
            x,
            pass.Parameter($"{node.Owner}.weight", x.dtype),
            layer.Bias ? pass.Parameter($"{node.Owner}.bias", x.dtype) : null,
            [_stride.Height, _stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            [layer.Dilation.Height, layer.Dilation.Width],
            layer.Groups
        );
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        var (input, weight, bias) = TorchC.ConvolutionGradients(
            gradient.Tensor,
            _input!,
            pass.Parameter($"{node.Owner}.weight", _input!.dtype),
            layer.Bias,
            (_stride.Height, _stride.Width),
            (layer.Padding.Top, layer.Padding.Left),
            (layer.Dilation.Height, layer.Dilation.Width),
            layer.Groups,
            pass.IsDifferentiable(node.Inputs[0])
        );
        gradient.Release();
        pass.GiveParameter($"{node.Owner}.weight", weight);
        if (bias is not null)
            pass.GiveParameter($"{node.Owner}.bias", bias);
        if (input is null)
            return;
        if (_sampled is not null)
        {
            using var read = input;
            input = UnitStride.Spread(read, _sampled, layer);
        }
        pass.Give(node.Inputs[0], new(input));
    }
}
