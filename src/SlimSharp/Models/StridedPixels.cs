using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models;

/// <summary>
/// 1×1 convolutions with a stride, as convolutions of the pixels they read. The result is the same; but oneDNN
/// 3.7 on processors with AVX2 and without AVX-512 writes behind the end of its buffers for the gradient of such a
/// weight with fewer than eight input channels, if channels lie innermost: as those of one channel do in either layout.
/// </summary>
internal static class StridedPixels
{
    internal static bool Applies(Convolution layer) =>
        layer.Kernel is { Height: 1, Width: 1 }
        && layer.Padding is { Top: 0, Left: 0, Bottom: 0, Right: 0 }
        && layer.Stride is not { Height: 1, Width: 1 };

    /// <summary>The pixels that <paramref name="layer"/> reads of N×C×H×W; the caller disposes them.</summary>
    internal static torch.Tensor Read(torch.Tensor x, Convolution layer)
    {
        using var view = View(x, layer);
        return x.is_contiguous() ? view.contiguous() : Layout.ChannelsLast(view);
    }

    /// <summary>The gradient of all pixels from that of those read; the caller disposes it.</summary>
    internal static torch.Tensor Spread(torch.Tensor gradient, long[] sizes, Convolution layer)
    {
        var all = gradient.is_contiguous()
            ? torch.empty(sizes, gradient.dtype, gradient.device)
            : Layout.EmptyChannelsLast(sizes, gradient);
        using var zeros = all.zero_();
        using var view = View(all, layer);
        view.copy_(gradient);
        return all;
    }

    private static torch.Tensor View(torch.Tensor x, Convolution layer)
    {
        using var rows = x.slice(2, 0, x.shape[2], layer.Stride.Height);
        return rows.slice(3, 0, x.shape[3], layer.Stride.Width);
    }
}
