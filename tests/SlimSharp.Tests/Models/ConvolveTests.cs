using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Models;

/// <summary>
/// Convolutions of bfloat16 numbers through float32: what float64 computes of the same numbers, rounded once.
/// </summary>
public class ConvolveTests
{
    private const double Rounding = 1.0 / 256; // to bfloat16, eight significant bits: at most that part of the number

    private sealed record Case(Convolution Layer, int In, int Height, int Width, bool ChannelsLast, int Seed);

    private static readonly Gen<Case> Cases =
        from groups in Gen.Int[1, 2]
        from channels in Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9])
        from size in Gen.Select(Gen.Int[3, 9], Gen.Int[3, 9])
        from kernel in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3])
        from stride in Gen.Select(Gen.Int[1, 2], Gen.Int[1, 2])
        from padding in Gen.Select(Gen.Int[0, 1], Gen.Int[0, 1])
        from bias in Gen.Bool
        from channelsLast in Gen.Bool
        from seed in Gen.Int[1, 1000]
        select new Case(
            new(groups * channels.Item2, new(kernel.Item1, kernel.Item2))
            {
                // 1×1 kernels with steps are not computed as such: see StridedPixels.
                Stride = kernel is (1, 1) ? new(1, 1) : new(stride.Item1, stride.Item2),
                Padding = new(padding.Item1, padding.Item2, padding.Item1, padding.Item2),
                Groups = groups,
                Bias = bias,
            },
            groups * channels.Item1,
            size.Item1,
            size.Item2,
            channelsLast,
            seed
        );

    [Fact]
    public void Through_float32_they_are_rounded_once() => Cases.Sample(Check, iter: 200, threads: 1);

    [Fact]
    public void So_are_transposed_ones() => Cases.Sample(CheckTransposed, iter: 200, threads: 1);

    private static void Check(Case c)
    {
        using var scope = torch.NewDisposeScope();
        var random = new torch.Generator((ulong)c.Seed);
        torch.Tensor Draw(params long[] sizes) => torch.randn(sizes, generator: random).to(torch.bfloat16);
        torch.Tensor Lay(torch.Tensor images) => c.ChannelsLast ? Layout.ChannelsLast(images) : images;
        var layer = c.Layer;
        var x = Lay(Draw(2, c.In, c.Height, c.Width));
        var weight = Draw(layer.Channels, c.In / layer.Groups, layer.Kernel.Height, layer.Kernel.Width);
        var bias = layer.Bias ? Draw(layer.Channels) : null;

        var exact = new[] { x, weight, bias }.Select(t => t?.to(torch.float64).detach().requires_grad_()).ToArray();
        var expected = F.conv2d(
            exact[0]!,
            exact[1]!,
            exact[2],
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            groups: layer.Groups
        );
        Near(expected, Convolve.Wide(x, weight, bias, (i, w, b) => Convolve.Forward(i, w, b, layer)));

        var gradient = Lay(Draw(expected.shape));
        expected.backward([gradient.to(torch.float64)]);
        var (ofInput, ofWeight, ofBias) = Convolve.WideGradients(gradient, x, weight, layer, wantsInput: true);
        Near(exact[0]!.grad!, ofInput!);
        Near(exact[1]!.grad!, ofWeight);
        Assert.Equal(layer.Bias, ofBias is not null);
        if (ofBias is not null)
            Near(exact[2]!.grad!, ofBias);
        Assert.Null(Convolve.WideGradients(gradient, x, weight, layer, wantsInput: false).Input);
    }

    private static void CheckTransposed(Case c)
    {
        using var scope = torch.NewDisposeScope();
        var random = new torch.Generator((ulong)c.Seed);
        torch.Tensor Draw(params long[] sizes) => torch.randn(sizes, generator: random).to(torch.bfloat16);
        var layer = new TransposedConvolution(c.Layer.Channels, c.Layer.Kernel)
        {
            Stride = c.Layer.Stride,
            Padding = c.Layer.Padding,
            Groups = c.Layer.Groups,
            Bias = c.Layer.Bias,
        };
        var x = Draw(2, c.In, c.Height, c.Width);
        var weight = Draw(c.In, layer.Channels / layer.Groups, layer.Kernel.Height, layer.Kernel.Width);
        var bias = layer.Bias ? Draw(layer.Channels) : null;
        var expected = F.conv_transpose2d(
            x.to(torch.float64),
            weight.to(torch.float64),
            bias?.to(torch.float64),
            [layer.Stride.Height, layer.Stride.Width],
            [layer.Padding.Top, layer.Padding.Left],
            groups: layer.Groups
        );
        Near(expected, Convolve.Wide(x, weight, bias, (i, w, b) => Convolve.Forward(i, w, b, layer)));
    }

    // Sums of at most some hundred products of size 1 err by less than 1e-4 in float32.
    private static void Near(torch.Tensor expected, torch.Tensor actual)
    {
        Assert.Equal(torch.bfloat16, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        var excess = (actual.to(torch.float64) - expected).abs() - Rounding * expected.abs();
        Assert.InRange(excess.max().item<double>(), double.NegativeInfinity, 1e-4);
    }
}
