namespace SlimSharp.Networks;

/// <summary>A distance in rows and columns: of a window's steps, or (dilation) of its taps.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Stride(int Height, int Width)
{
    /// <summary>The same distance both ways.</summary>
    public static implicit operator Stride(int size) => new(size, size);

    /// <inheritdoc/>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}×{Width}";
}
