using SlimSharp.Data;
using SlimSharp.Models;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Native;

/// <summary>libtorch's own convolutions, on this processor, with widths as cuts leave them.</summary>
public class ConvolutionTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Convolutions_of_any_width_agree_with_float64(bool bfloat16, bool channelsLast)
    {
        LibTorch.EnsureLoaded();
        Assert.Null(LibTorch.Caution);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Randomness(seed);
            int Channels(ref Randomness r) => r.Next(2) == 0 ? 1 + r.Next(40) : 16 * (1 + r.Next(7));
            var (batch, size, kernel, stride) = (
                1 << random.Next(7),
                4 + random.Next(13),
                1 + 2 * random.Next(2),
                1 + random.Next(2)
            );
            if (kernel == 1)
                stride = 1; // others are not left to libtorch (StridedPixels)
            var (inputs, outputs, groups) = (Channels(ref random), Channels(ref random), 1);
            if (random.Next(5) == 0)
                outputs = groups = inputs;
            using var scope = torch.NewDisposeScope();
            var type = bfloat16 ? torch.bfloat16 : torch.float32;
            var x = torch.randn(batch, inputs, size, size).to(type);
            var w = torch.randn(outputs, inputs / groups, kernel, kernel).to(type);
            var (y, dx, dw) = Run(x.to(torch.float64), w.to(torch.float64), stride, groups);
            var (y2, dx2, dw2) = Run(channelsLast ? Layout.ChannelsLast(x) : x, w, stride, groups);
            var tolerance = bfloat16 ? 0.03 : 1e-4;
            var place =
                $"{batch}×{inputs}×{size}×{size}, {outputs} outputs, kernel {kernel}, stride {stride}, {groups} groups";
            Assert.True(Numbers.RelativeDifference(y2, y) < tolerance, $"output of {place}");
            Assert.True(Numbers.RelativeDifference(dx2, dx) < tolerance, $"input gradient of {place}");
            Assert.True(Numbers.RelativeDifference(dw2, dw) < tolerance, $"weight gradient of {place}");
        }
    }

    private static (torch.Tensor, torch.Tensor, torch.Tensor) Run(
        torch.Tensor x,
        torch.Tensor w,
        int stride,
        int groups
    )
    {
        x = x.detach().requires_grad_(true);
        w = w.detach().requires_grad_(true);
        var y = F.conv2d(x, w, null, [stride, stride], [w.shape[2] / 2, w.shape[2] / 2], [1, 1], groups);
        // Loss y²/2, so that the gradient at the output is the output.
        y.backward([y.detach()]);
        return (y, x.grad!, w.grad!);
    }
}
