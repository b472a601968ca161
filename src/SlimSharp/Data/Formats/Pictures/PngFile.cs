using System.Buffers.Binary;
using System.IO.Hashing;

namespace SlimSharp.Data;

/// <summary>Goes through a PNG file's chunks before it is decoded; with a wrong checksum it would become other pixels.</summary>
internal static class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    internal static bool Begins(byte[] content) => content.AsSpan().StartsWith(Signature);

    /// <exception cref="InvalidDataException">It is not whole; the message says how.</exception>
    internal static PictureHead Check(byte[] content) => Check(content.AsSpan(Signature.Length));

    // Chunks: length, name, data, checksum of name and data. The first is IHDR, which begins with the size; the last is IEND.
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
}
