using System.Buffers.Binary;
using System.IO.Hashing;

namespace SlimSharp.Data;

/// <summary>What decoders pass over: a JPEG that ends too soon becomes grey, a PNG with a wrong checksum becomes other pixels.</summary>
internal static class PictureFile
{
    private const int MostPixelsPerByte = 8 * 1032; // of one bit each, deflated as far as possible
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    /// <summary>Refuses what is not whole, or claims more pixels than its bytes can hold.</summary>
    /// <exception cref="InvalidDataException">It is so.</exception>
    internal static void Check(ReadOnlySpan<byte> content, int width, int height)
    {
        if ((long)width * height > (long)MostPixelsPerByte * content.Length)
            throw new InvalidDataException(
                $"it claims {width}×{height} pixels, which its {content.Length} bytes cannot hold"
            );
        if (content.StartsWith(PngSignature))
            CheckPng(content[PngSignature.Length..]);
        else
            CheckJpeg(content);
    }

    // Chunks: length, name, data, checksum of name and data; the last is IEND.
    private static void CheckPng(ReadOnlySpan<byte> rest)
    {
        while (rest.Length >= 12)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - 12)
                break;
            var body = rest.Slice(4, 4 + (int)length);
            if (Crc32.HashToUInt32(body) != BinaryPrimitives.ReadUInt32BigEndian(rest[(4 + body.Length)..]))
                throw new InvalidDataException("a checksum in it is wrong");
            if (body.StartsWith("IEND"u8))
                return;
            rest = rest[(8 + body.Length)..];
        }
        throw new InvalidDataException("it is cut short");
    }

    // Within compressed data 0xFF is followed by 0 or a restart marker, so the end marker behind the last scan is the image's.
    private static void CheckJpeg(ReadOnlySpan<byte> content)
    {
        var scan = content.LastIndexOf<byte>([0xFF, 0xDA]);
        if (scan < 0 || content[scan..].IndexOf<byte>([0xFF, 0xD9]) < 0)
            throw new InvalidDataException("it is cut short");
    }
}
