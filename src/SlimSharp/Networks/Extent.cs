namespace SlimSharp.Networks;

/// <summary>
/// A number of rows and of columns: how far a window moves (its stride), how far apart its taps are (dilation), how
/// much is added, how many times as large an image becomes.
/// </summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Extent(int Height, int Width)
{
    /// <summary>The same number of both.</summary>
    public static implicit operator Extent(int size) => new(size, size);

    /// <inheritdoc/>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}×{Width}";
}
