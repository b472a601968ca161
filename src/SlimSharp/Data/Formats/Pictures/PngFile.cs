using System.Buffers.Binary;
using System.IO.Hashing;

namespace SlimSharp.Data;

/// <summary>
/// Goes through a PNG file's chunks before it is decoded; with a wrong checksum it would become other pixels.
/// </summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    private const int Palette = 3; // of the kinds of colour

    internal static bool Begins(byte[] content) => content.AsSpan().StartsWith(Signature);

    /// <exception cref="InvalidDataException">It is not whole; the message says how.</exception>
    internal static PictureHead Check(byte[] content) => Check(content.AsSpan(Signature.Length));

    // Chunks: length, name, data, checksum of name and data. The first is IHDR, which begins with the size; the last is
    // IEND.
    private static PictureHead Check(ReadOnlySpan<byte> rest)
    {
        var head = new PictureHead(0, 0);
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
                break;
            var body = rest.Slice(4, 4 + (int)length);
            if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32BigEndian(rest[(4 + body.Length)..]))
                throw new InvalidDataException("a checksum in it is wrong");
            if (body.StartsWith("CgBI"u8)) // blue comes first, and colours are multiplied by their opacity
                throw new InvalidDataException(
                    $"it is a PNG file as Apple's tools make them for phones, which is not read; {PictureFormat.Advice}"
                );
            if (body.StartsWith("IHDR"u8) && body.Length >= 12)
                head = head with
                {
                    Width = BinaryPrimitives.ReadInt32BigEndian(body[4..]),
                    Height = BinaryPrimitives.ReadInt32BigEndian(body[8..]),
                };
            if (body.StartsWith("eXIf"u8))
                head = head with { Orientation = TiffDirectory.Orientation(body[4..]) };
            if (body.StartsWith("IEND"u8))
                return head;
            rest = rest[(8 + body.Length)..];
        }
        throw new InvalidDataException(JpegFile.CutShort);
    }

    /// <summary>
    /// A checked file with as many colours in its palette as its bits can number, those that it lacks with
    /// <paramref name="missing"/> as red, green and blue; null where there is no palette, or none lacks. The checksum
    /// is left as it was.
    /// </summary>
    internal static byte[]? WithWholePalette(byte[] content, byte missing)
    {
        const int Depth = 24; // behind the first chunk's length, name, width and height; the kind comes next
        if (content[Depth + 1] != Palette || content[Depth] > 8)
            return null;
        var at = Signature.Length;
        while (!content.AsSpan(at + 4).StartsWith("PLTE"u8))
        {
            if (content.AsSpan(at + 4).StartsWith("IEND"u8))
                return null;
            at += 12 + BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at));
        }
        var (length, whole) = (BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at)), 3 << content[Depth]);
        if (length >= whole || length % 3 != 0)
            return null;
        var wide = new byte[content.Length + whole - length];
        var end = at + 8 + length;
        content.AsSpan(0, end).CopyTo(wide);
        wide.AsSpan(end, whole - length).Fill(missing);
        content.AsSpan(end).CopyTo(wide.AsSpan(end + whole - length));
        BinaryPrimitives.WriteInt32BigEndian(wide.AsSpan(at), whole);
        return wide;
    }
}
