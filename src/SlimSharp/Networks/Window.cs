namespace SlimSharp.Networks;

/// <summary>The arithmetic that convolutions and poolings share: how many positions a window takes.</summary>
internal static class Window
{
    /// <summary>Output rows and columns, or a sentence about why there are none.</summary>
    internal static (int Height, int Width) Slide(
        Shape input,
        Kernel kernel,
        Extent stride,
        Padding padding,
        Extent dilation,
        bool ceil = false
    )
    {
        if (!input.IsImage)
            throw new NetworkException($"needs an image, but its input is {input.InWords}");
        if (
            kernel.Height < 1
            || kernel.Width < 1
            || stride.Height < 1
            || stride.Width < 1
            || dilation.Height < 1
            || dilation.Width < 1
        )
            throw new NetworkException("needs kernel, stride and dilation of at least 1");
        if (padding.Top < 0 || padding.Left < 0 || padding.Bottom < 0 || padding.Right < 0)
            throw new NetworkException("cannot have negative padding");
        return (
            Count(input.Height, kernel.Height, stride.Height, padding.Top, padding.Bottom, dilation.Height, ceil),
            Count(input.Width, kernel.Width, stride.Width, padding.Left, padding.Right, dilation.Width, ceil)
        );
    }

    private static int Count(int size, int kernel, int stride, int before, int after, int dilation, bool ceil)
    {
        var (padded, reach) = ((long)size + before + after, (long)dilation * (kernel - 1) + 1);
        var room = padded - reach;
        if (room < 0)
            throw new NetworkException($"has a window of {reach}, larger than its padded input of {padded}");
        var count = (ceil ? (room + stride - 1) / stride : room / stride) + 1;
        // With ceil mode the last window must start inside the input or its left padding.
        return checked((int)(ceil && (count - 1) * stride >= (long)size + before ? count - 1 : count));
    }
}
