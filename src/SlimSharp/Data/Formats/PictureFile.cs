using System.Buffers.Binary;
using System.IO.Hashing;
using SlimSharp.Formats;

namespace SlimSharp.Data;

/// <summary>
/// Goes through a JPEG or PNG file's parts before it is decoded. Decoders pass over what is damaged: a JPEG that ends too soon becomes grey, or is read without an end; a PNG
/// with a wrong checksum becomes other pixels.
/// </summary>
internal static class PictureFile
{
    private const int MostPixelsPerByte = 8 * Deflate.MostExpansion; // of one bit each
    private const string CutShort = "it is cut short";
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>The size of the picture, in pixels; what is not whole, or claims more pixels than its bytes can hold, is refused.</summary>
    /// <exception cref="InvalidDataException">It is so; the message says how.</exception>
    internal static (int Width, int Height) Check(ReadOnlySpan<byte> content)
    {
        var (width, height) =
            content.StartsWith(PngSignature) ? Png(content[PngSignature.Length..])
            : content.StartsWith<byte>([0xFF, 0xD8]) ? Jpeg(content[2..])
            : throw new InvalidDataException("it does not begin as one");
        if ((long)width * height > (long)MostPixelsPerByte * content.Length)
            throw new InvalidDataException(
                $"it claims {width}×{height} pixels, which its {content.Length} bytes cannot hold"
            );
        return (width, height);
    }

    // Chunks: length, name, data, checksum of name and data. The first is IHDR, which begins with the size; the last is IEND.
    private static (int Width, int Height) Png(ReadOnlySpan<byte> rest)
    {
        var size = (0, 0);
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
                break;
            var body = rest.Slice(4, 4 + (int)length);
            if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32BigEndian(rest[(4 + body.Length)..]))
                throw new InvalidDataException("a checksum in it is wrong");
            if (body.StartsWith("IHDR"u8) && body.Length >= 12)
                size = (BinaryPrimitives.ReadInt32BigEndian(body[4..]), BinaryPrimitives.ReadInt32BigEndian(body[8..]));
            if (body.StartsWith("IEND"u8))
                return size;
            rest = rest[(8 + body.Length)..];
        }
        throw new InvalidDataException(CutShort);
    }

    // Segments: 0xFF, a kind, a length that counts itself, data. Behind the header of a scan (DA) stands compressed data, in which 0xFF is followed by 0 or a restart (D0–D7).
    private static (int Width, int Height) Jpeg(ReadOnlySpan<byte> rest)
    {
        var size = (0, 0);
        var hasScan = false;
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
                return hasScan ? size : throw new InvalidDataException("it holds no picture");
            var length = rest.Length < 4 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 2 || length > rest.Length - 2)
                break;
            if (kind is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && length >= 7)
                size = (
                    BinaryPrimitives.ReadUInt16BigEndian(rest[7..]),
                    BinaryPrimitives.ReadUInt16BigEndian(rest[5..])
                );
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
