namespace SlimSharp.Networks;

/// <summary>Rows and columns added around an image.</summary>
/// <param name="Top">Rows above.</param>
/// <param name="Left">Columns before.</param>
/// <param name="Bottom">Rows below.</param>
/// <param name="Right">Columns after.</param>
public readonly record struct Padding(int Top, int Left, int Bottom, int Right)
{
    /// <summary>True if nothing is added.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsNone => this == default;

    /// <summary>True if opposite sides get the same.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsSymmetric => Top == Bottom && Left == Right;

    /// <summary>The same on all four sides.</summary>
    public static implicit operator Padding(int size) => new(size, size, size, size);
}
