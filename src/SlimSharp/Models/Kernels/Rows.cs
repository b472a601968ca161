using TorchSharp;

namespace SlimSharp.Models.Kernels;

/// <summary>A tensor as kernels see it: one row of channels per position, channels innermost.</summary>
/// <param name="Start">The first element.</param>
/// <param name="Count">Rows.</param>
/// <param name="Channels">Numbers of a row.</param>
/// <param name="Step">Bytes from row to row.</param>
internal readonly unsafe record struct Rows(nint Start, long Count, int Channels, long Step)
{
    /// <summary>The rows of N×C×H×W with channels innermost, or of N×C.</summary>
    internal static Rows Of(torch.Tensor tensor)
    {
        var (sizes, strides) = (tensor.shape, tensor.stride());
        var count = sizes[0] * (sizes.Length == 4 ? sizes[2] * sizes[3] : 1);
        var row =
            sizes.Length == 2 ? strides[0]
            : sizes[3] > 1 ? strides[3]
            : sizes[2] > 1 ? strides[2]
            : strides[0];
        return new((nint)TorchC.Address(tensor), count, (int)sizes[1], row * tensor.ElementSize);
    }

    /// <summary>True if channels lie innermost and rows one after another, at whatever distance.</summary>
    internal static bool Fit(torch.Tensor tensor)
    {
        var (sizes, strides) = (tensor.shape, tensor.stride());
        if (sizes.Length == 2)
            return strides[1] == 1 || sizes[1] == 1;
        if (sizes.Length != 4 || (sizes[1] > 1 && strides[1] != 1))
            return false;
        var row = Of(tensor).Step / tensor.ElementSize;
        return row >= sizes[1]
            && (sizes[3] == 1 || strides[3] == row)
            && (sizes[2] == 1 || strides[2] == row * sizes[3])
            && (sizes[0] == 1 || strides[0] == row * sizes[3] * sizes[2]);
    }
}
