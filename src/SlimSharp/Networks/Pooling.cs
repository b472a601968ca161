namespace SlimSharp.Networks;

/// <summary>What both poolings ask of their padding.</summary>
internal static class Pooling
{
    internal static void CheckPadding(Kernel kernel, Padding padding)
    {
        if (!padding.IsSymmetric)
            throw new NetworkException("needs the same padding on opposite sides");
        if (padding.Top > kernel.Height / 2 || padding.Left > kernel.Width / 2)
            throw new NetworkException($"has padding of more than half its {kernel} window");
    }
}
