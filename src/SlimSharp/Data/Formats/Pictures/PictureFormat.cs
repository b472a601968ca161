using StbImageSharp;

namespace SlimSharp.Data;

/// <summary>
/// A format of pictures: its endings, how its files begin, what is gone through before a decoder sees one (decoders
/// pass over what is damaged, or never end), and how it is decoded.
/// </summary>
/// <param name="Name">What it is called.</param>
/// <param name="Endings">The endings of its files' names, in lower case.</param>
/// <param name="Begins">Whether a file is of this format, by its first bytes.</param>
/// <param name="Check">
/// What the file says of itself; throws <see cref="InvalidDataException"/> for one that is not whole.
/// </param>
/// <param name="Decode">Red, green and blue of each pixel as stored, row by row, of a checked file.</param>
internal sealed record PictureFormat(
    string Name,
    string[] Endings,
    Func<byte[], bool> Begins,
    Func<byte[], PictureHead> Check,
    Func<byte[], PictureHead, byte[]> Decode
)
{
    private const int MostPixelsPerByte = 8 * Deflate.MostExpansion; // of one bit each

    /// <summary>Every format that is read. A new one is a row here and a file beside this one.</summary>
    internal static IReadOnlyList<PictureFormat> All { get; } =
    [
        new("JPEG", [".jpg", ".jpeg"], JpegFile.Begins, JpegFile.Check, Stb),
        new("PNG", [".png"], PngFile.Begins, PngFile.Check, Png),
        new("BMP", [".bmp"], BmpFile.Begins, BmpFile.Check, Bmp),
        new("GIF", [".gif"], GifFile.Begins, GifFile.Check, GifFile.Decode),
        new("TIFF", [".tif", ".tiff"], TiffFile.Begins, TiffFile.Check, TiffFile.Decode),
    ];

    /// <summary>Their names, as in a sentence.</summary>
    internal static string Names { get; } =
        $"{string.Join(", ", All.SkipLast(1).Select(f => f.Name))} and {All[^1].Name}";

    /// <summary>Their names, as in a choice.</summary>
    internal static string Choice { get; } = Names.Replace(" and ", " or ");

    /// <summary>How to make of others what is read.</summary>
    internal const string Advice = "convert others, as with ImageMagick's 'mogrify -format png *.webp'";

    /// <summary>What is said of a pixel beyond its palette, which decoders make black.</summary>
    internal const string NoColour = "a pixel in it has a colour that is not in its palette";

    /// <summary>True if a file of that name should be a picture that is read.</summary>
    internal static bool IsRead(string name)
    {
        var ending = Path.GetExtension(name).ToLowerInvariant();
        return All.Any(f => f.Endings.Contains(ending));
    }

    /// <summary>The format that a file's content has, whatever its name, and what it says of itself.</summary>
    /// <exception cref="InvalidDataException">
    /// It has none of these, is not whole, or claims more pixels than its bytes can hold.
    /// </exception>
    internal static (PictureFormat Format, PictureHead Head) Of(byte[] content)
    {
        var format =
            All.FirstOrDefault(f => f.Begins(content))
            ?? throw new InvalidDataException(
                Other(content) is { } other
                    ? $"it is a {other} file, and {Names} are read; {Advice}"
                    : "it does not begin as one"
            );
        var head = format.Check(content);
        return
            (head.Width, head.Height) is not (> 0, > 0)
            || (long)head.Width * head.Height > (long)MostPixelsPerByte * content.Length
            ? throw new InvalidDataException(
                $"it claims {head.Width}×{head.Height} pixels, which its {content.Length} bytes cannot hold"
            )
            : (format, head);
    }

    // Files that people have under the name of another format.
    private static string? Other(ReadOnlySpan<byte> content) =>
        content.Length < 12 ? null
        : content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8) ? "WebP"
        : content[4..].StartsWith("ftyp"u8) ? "HEIC or AVIF"
        : content.StartsWith("II+\0"u8) || content.StartsWith("MM\0+"u8) ? "BigTIFF"
        : content.StartsWith("<svg"u8) || content.StartsWith("<?xml"u8) ? "SVG"
        : null;

    private static byte[] Png(byte[] content, PictureHead head) =>
        Agreed(PngFile.WithWholePalette(content, 0), PngFile.WithWholePalette(content, byte.MaxValue), content, head);

    private static byte[] Bmp(byte[] content, PictureHead head) =>
        Agreed(BmpFile.Plain(content, 0), BmpFile.Plain(content, byte.MaxValue), content, head);

    // Colours that a palette lacks are put in as one and as another: where a pixel has them, that is to be seen.
    private static byte[] Agreed(byte[]? one, byte[]? other, byte[] content, PictureHead head)
    {
        var pixels = Stb(one ?? content, head);
        return
            one is null
            || other is null
            || one.AsSpan().SequenceEqual(other)
            || Stb(other, head).AsSpan().SequenceEqual(pixels)
            ? pixels
            : throw new InvalidDataException(NoColour);
    }

    private static byte[] Stb(byte[] content, PictureHead head)
    {
        var image = ImageResult.FromMemory(content, ColorComponents.RedGreenBlue);
        return (image.Width, image.Height) == (head.Width, head.Height)
            ? image.Data
            : throw new InvalidDataException(
                $"its header says {head.Width}×{head.Height} pixels, and it holds {image.Width}×{image.Height}"
            );
    }
}
