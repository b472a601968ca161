using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>TensorFlow's "same": as many zeros as make ⌈size/stride⌉ positions, the odd one right and below.</summary>
internal static class SamePadding
{
    internal static Convolution Convolution(int channels, int kernel, int stride, int size)
    {
        var all = Math.Max((((size + stride - 1) / stride) - 1) * stride + kernel - size, 0);
        return new(channels, kernel)
        {
            Stride = stride,
            Padding = new(all / 2, all / 2, all - all / 2, all - all / 2),
            Bias = true,
        };
    }
}
