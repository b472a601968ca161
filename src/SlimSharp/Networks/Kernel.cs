namespace SlimSharp.Networks;

/// <summary>The window of a convolution or pooling.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public readonly record struct Kernel(int Height, int Width)
{
    /// <summary>Positions under the window.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Area => checked(Height * Width);

    /// <summary>A square window.</summary>
    public static implicit operator Kernel(int size) => new(size, size);

    /// <inheritdoc/>
    public override string ToString() => $"{Height}×{Width}";
}
