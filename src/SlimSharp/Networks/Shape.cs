namespace SlimSharp.Networks;

/// <summary>The size of one value of a network, without the batch: an image (channels × height × width) or a flat vector (channels).</summary>
/// <param name="Channels">The number of channels.</param>
/// <param name="Height">Rows of an image; 0 for a vector.</param>
/// <param name="Width">Columns of an image; 0 for a vector.</param>
public readonly record struct Shape(int Channels, int Height = 0, int Width = 0)
{
    /// <summary>True for channels × height × width.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsImage => Height > 0;

    /// <summary>Positions per channel: height × width, or 1 for a vector.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public int Area => IsImage ? checked(Height * Width) : 1;

    /// <summary>Numbers per sample.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Count => (long)Channels * Area; // of two ints, so that it cannot run over

    /// <summary>Sizes in the order of a tensor's dimensions, the batch in front.</summary>
    public long[] Sizes(long batch) => IsImage ? [batch, Channels, Height, Width] : [batch, Channels];

    /// <summary>The shape behind a tensor's dimensions, the batch in front.</summary>
    internal static Shape Of(ReadOnlySpan<long> sizes) =>
        sizes.Length == 4 ? new((int)sizes[1], (int)sizes[2], (int)sizes[3]) : new((int)sizes[1]);

    /// <inheritdoc/>
    public override string ToString() => IsImage ? $"{Channels}×{Height}×{Width}" : $"{Channels}";
}
