namespace SlimSharp.Data;

/// <summary>What the beginning of a picture says.</summary>
/// <param name="Width">Columns, as stored.</param>
/// <param name="Height">Rows, as stored.</param>
/// <param name="Orientation">
/// How to turn it, as EXIF and TIFF number it: 1 as stored, 2 to 8 mirrored or turned.
/// </param>
internal readonly record struct PictureHead(int Width, int Height, int Orientation = 1)
{
    /// <summary>True if rows become columns.</summary>
    internal bool IsTransposed => Orientation >= 5;

    /// <summary>Where the pixel stands in the stored picture that is shown in that row and column.</summary>
    internal int Source(int row, int column)
    {
        var (right, bottom) = (Width - 1, Height - 1);
        var (y, x) = Orientation switch
        {
            2 => (row, right - column),
            3 => (bottom - row, right - column),
            4 => (bottom - row, column),
            5 => (column, row),
            6 => (bottom - column, row),
            7 => (bottom - column, right - row),
            8 => (column, right - row),
            _ => (row, column),
        };
        return y * Width + x;
    }
}
