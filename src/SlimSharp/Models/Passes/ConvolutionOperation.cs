using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A convolution whose weight is cast once per pass.</summary>
internal sealed class ConvolutionOperation(Node node, Convolution layer) : Operation(node.Name)
{
    private torch.Tensor? _input;
    private long[]? _sampled; // the sizes of what was sampled

    // What is computed: of pixels that were sampled before, without steps.
    private Convolution Computed => _sampled is null ? layer : layer with { Stride = 1 };

    internal override torch.Tensor Forward(Pass pass)
    {
        var whole = pass.Value(node.Inputs[0]);
        using var read = StridedPixels.Applies(layer) ? StridedPixels.Read(whole, layer) : null;
        _sampled = read is null ? null : whole.shape;
        var x = read ?? whole;
        if (pass.Keeps)
            _input = Hold(x);
        return Convolve.Forward(
            x,
            pass.Parameter($"{node.Owner}.weight", x.dtype),
            layer.Bias ? pass.Parameter($"{node.Owner}.bias", x.dtype) : null,
            Computed
        );
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        var (input, weight, bias) = Convolve.Gradients(
            gradient.Tensor,
            _input!,
            pass.Parameter($"{node.Owner}.weight", _input!.dtype),
            Computed,
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
            input = StridedPixels.Spread(read, _sampled, layer);
        }
        pass.Give(node.Inputs[0], new(input));
    }
}
