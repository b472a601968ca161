using TorchSharp;

namespace SlimSharp.Models;

/// <summary>Memory layouts of images.</summary>
internal static class Layout
{
    /// <summary>A copy of N×C×H×W with channels innermost; the caller disposes it.</summary>
    internal static torch.Tensor ChannelsLast(torch.Tensor image)
    {
        using var permuted = image.permute(0, 2, 3, 1);
        using var inner = permuted.contiguous();
        return inner.permute(0, 3, 1, 2);
    }

    /// <summary>
    /// N×C×H×W with channels innermost, not set to anything, of the type and on the device of <paramref name="like"/>;
    /// the caller disposes it.
    /// </summary>
    internal static torch.Tensor EmptyChannelsLast(long[] sizes, torch.Tensor like)
    {
        using var inner = torch.empty([sizes[0], sizes[2], sizes[3], sizes[1]], like.dtype, like.device);
        return inner.permute(0, 3, 1, 2);
    }
}
