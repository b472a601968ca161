namespace SlimSharp.Data;

/// <summary>
/// What a JPEG file says of its colours, in parts of several kinds. Decoders differ where these contradict each other,
/// or where four colours are not explained, and give other pixels without a word.
/// </summary>
/// <param name="Count">Colours of a pixel.</param>
/// <param name="IsJfif">Whether it has the mark of JFIF, by which three colours are luma and chroma.</param>
/// <param name="Transform">
/// What Adobe's mark says: 0, colours as they are; 1, luma and chroma; 2, the same beside black; null without that
/// mark.
/// </param>
internal readonly record struct JpegColours(int Count, bool IsJfif, byte? Transform)
{
    /// <summary>This and what one more part says.</summary>
    internal JpegColours With(byte kind, ReadOnlySpan<byte> data) =>
        kind switch
        {
            0xE0 when data.StartsWith("JFIF\0"u8) => this with { IsJfif = true },
            0xEE when data.StartsWith("Adobe"u8) && data.Length >= 12 => this with { Transform = data[11] },
            >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) when data.Length >= 6 => this with { Count = data[5] },
            _ => this,
        };

    /// <exception cref="InvalidDataException">Decoders would differ.</exception>
    internal void Check()
    {
        if (Count == 4 && Transform is not (0 or 2))
            throw new InvalidDataException(
                $"it has four colours and does not say which, as Adobe's mark does; {PictureFormat.Advice}"
            );
        if (Count == 3 && IsJfif && Transform == 0)
            throw new InvalidDataException(
                $"its colours are luma and chroma by one of its parts, red, green and blue by another; {PictureFormat.Advice}"
            );
    }
}
