using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Models;

/// <summary>
/// Convolutions of N×C×H×W with the steps, borders (alike on opposite sides) and groups of a layer. Those in bfloat16
/// go through float32 where libtorch has none that are fast (<see cref="Processor.HasBFloat16"/>): either way products
/// are added up in float32, and the sum is rounded to bfloat16.
/// </summary>
internal static class Convolve
{
    /// <summary>The result, in the data type of what is given; the caller disposes it.</summary>
    internal static torch.Tensor Forward(torch.Tensor x, torch.Tensor weight, torch.Tensor? bias, Convolution layer)
    {
        if (Widens(x))
            return Wide(x, weight, bias, (a, b, c) => Forward(a, b, c, layer));
        return F.conv2d(
            x,
            weight,
            bias,
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            [layer.Dilation.Height, layer.Dilation.Width],
            layer.Groups
        );
    }

    /// <summary>The result of a transposed convolution, likewise.</summary>
    internal static torch.Tensor Forward(
        torch.Tensor x,
        torch.Tensor weight,
        torch.Tensor? bias,
        TransposedConvolution layer
    )
    {
        if (Widens(x))
            return Wide(x, weight, bias, (a, b, c) => Forward(a, b, c, layer));
        return F.conv_transpose2d(
            x,
            weight,
            bias,
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            [layer.OutputPadding.Height, layer.OutputPadding.Width],
            [layer.Dilation.Height, layer.Dilation.Width],
            layer.Groups
        );
    }

    /// <summary>
    /// The gradients with respect to input (null if not <paramref name="wantsInput"/>), weight and bias (null without
    /// one), in the data type of what is given; the caller disposes them.
    /// </summary>
    internal static (torch.Tensor? Input, torch.Tensor Weight, torch.Tensor? Bias) Gradients(
        torch.Tensor gradient,
        torch.Tensor x,
        torch.Tensor weight,
        Convolution layer,
        bool wantsInput
    )
    {
        if (Widens(x))
            return WideGradients(gradient, x, weight, layer, wantsInput);
        return TorchC.ConvolutionGradients(
            gradient,
            x,
            weight,
            layer.Bias,
            (layer.Stride.Height, layer.Stride.Width),
            (layer.Padding.Top, layer.Padding.Left),
            (layer.Dilation.Height, layer.Dilation.Width),
            layer.Groups,
            wantsInput
        );
    }

    /// <summary>
    /// What <paramref name="convolve"/> makes of the same numbers in float32, in the data type of <paramref name="x"/>;
    /// the caller disposes it.
    /// </summary>
    internal static torch.Tensor Wide(
        torch.Tensor x,
        torch.Tensor weight,
        torch.Tensor? bias,
        Func<torch.Tensor, torch.Tensor, torch.Tensor?, torch.Tensor> convolve
    )
    {
        using var wideX = x.to(torch.float32);
        using var wideWeight = weight.to(torch.float32);
        using var wideBias = bias?.to(torch.float32);
        using var result = convolve(wideX, wideWeight, wideBias);
        return result.to(x.dtype);
    }

    /// <summary><see cref="Gradients"/> through float32.</summary>
    internal static (torch.Tensor? Input, torch.Tensor Weight, torch.Tensor? Bias) WideGradients(
        torch.Tensor gradient,
        torch.Tensor x,
        torch.Tensor weight,
        Convolution layer,
        bool wantsInput
    )
    {
        using var wideGradient = gradient.to(torch.float32);
        using var wideX = x.to(torch.float32);
        using var wideWeight = weight.to(torch.float32);
        var wide = Gradients(wideGradient, wideX, wideWeight, layer, wantsInput);
        using var ofInput = wide.Input;
        using var ofWeight = wide.Weight;
        using var ofBias = wide.Bias;
        return (ofInput?.to(x.dtype), ofWeight.to(x.dtype), ofBias?.to(x.dtype));
    }

    private static bool Widens(torch.Tensor x) =>
        x.dtype == torch.bfloat16 && x.device_type == DeviceType.CPU && !Processor.HasBFloat16;
}
