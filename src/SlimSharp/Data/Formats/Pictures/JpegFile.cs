using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>
/// Goes through a JPEG file's parts before it is decoded. Decoders pass over what is damaged: one that ends too soon
/// becomes grey, or is read without an end.
/// </summary>
internal static class JpegFile
{
    /// <summary>What is said of every file that ends before it should.</summary>
    internal const string CutShort = "it is cut short";

    internal static bool Begins(byte[] content) => content is [0xFF, 0xD8, ..];

    /// <exception cref="InvalidDataException">It is not whole; the message says how.</exception>
    internal static PictureHead Check(byte[] content) => Check(content.AsSpan(2));

    // Segments: 0xFF, a kind, a length that counts itself, data. Behind the header of a scan (DA) stands compressed
    // data, in which 0xFF is followed by 0 or a restart (D0–D7).
    private static PictureHead Check(ReadOnlySpan<byte> rest)
    {
        var (size, orientation) = ((Width: 0, Height: 0), 1);
        var (hasScan, colours) = (false, new JpegColours());
        while (rest.Length >= 2)
        {
            if (rest[0] != 0xFF)
                throw new InvalidDataException("a part of it does not begin where the one before ends");
            var kind = rest[1];
            if (kind == 0xFF) // filling
            {
                rest = rest[1..];
                continue;
            }
            if (kind == 0xD9)
            {
                colours.Check();
                return hasScan
                    ? new(size.Width, size.Height, orientation)
                    : throw new InvalidDataException("it holds no picture");
            }
            var length = rest.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 2 || length > rest.Length - 2)
                break;
            var data = rest[4..(2 + length)];
            if (kind is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && length >= 7)
                size = (
                    BinaryPrimitives.ReadUInt16BigEndian(data[3..]),
                    BinaryPrimitives.ReadUInt16BigEndian(data[1..])
                );
            if (kind == 0xE1 && data.StartsWith("Exif\0\0"u8))
                orientation = TiffDirectory.Orientation(data[6..]);
            colours = colours.With(kind, data);
            rest = rest[(2 + length)..];
            if (kind == 0xDA)
            {
                hasScan = true;
                rest = rest[Scan(rest)..];
            }
        }
        throw new InvalidDataException(CutShort);
    }

    private static int Scan(ReadOnlySpan<byte> data)
    {
        for (var i = 0; i + 1 < data.Length; i++)
        {
            if (data[i] == 0xFF && data[i + 1] is not (0 or 0xFF or >= 0xD0 and <= 0xD7))
                return i;
        }
        return data.Length;
    }
}
