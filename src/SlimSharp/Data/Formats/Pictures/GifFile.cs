using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>
/// Goes through a GIF file's blocks before its first picture is decoded, and counts the pixels that its codes give; decoders leave black what is
/// missing.
/// </summary>
internal static class GifFile
{
    private const int MostCodes = 1 << 12;

    internal static bool Begins(byte[] content) =>
        content.AsSpan().StartsWith("GIF87a"u8) || content.AsSpan().StartsWith("GIF89a"u8);

    /// <exception cref="InvalidDataException">It is not whole; the message says how.</exception>
    internal static PictureHead Check(byte[] content)
    {
        try
        {
            return Check(content.AsSpan());
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException(JpegFile.CutShort, e);
        }
    }

    // Screen (width, height, flags, two bytes, colours), then blocks: 21 an extension, 2C a picture, 3B the end.
    private static PictureHead Check(ReadOnlySpan<byte> file)
    {
        var head = new PictureHead(UInt16(file, 6), UInt16(file, 8));
        var (at, hasPicture) = (13 + Colours(file[10]), false);
        while (file[at] != 0x3B)
        {
            if (file[at] == 0x21)
            {
                at = SkipParts(file, at + 2);
                continue;
            }
            if (file[at] != 0x2C)
                throw new InvalidDataException("a part of it does not begin where the one before ends");
            var (left, top) = (UInt16(file, at + 1), UInt16(file, at + 3));
            var (width, height) = (UInt16(file, at + 5), UInt16(file, at + 7));
            if (left + width > head.Width || top + height > head.Height)
                throw new InvalidDataException("a picture in it reaches beyond its edge");
            at += 10 + Colours(file[at + 9]);
            if (!hasPicture && Pixels(file[at], Parts(file, at + 1), (long)width * height) < (long)width * height)
                throw new InvalidDataException("its picture is cut short");
            hasPicture = true;
            at = SkipParts(file, at + 1);
        }
        return hasPicture ? head : throw new InvalidDataException("it holds no picture");
    }

    private static int Colours(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    // Parts of up to 255 bytes, each after its length; the last has none.
    private static int SkipParts(ReadOnlySpan<byte> file, int at)
    {
        while (file[at] != 0)
            at += 1 + file[at];
        return at + 1;
    }

    private static byte[] Parts(ReadOnlySpan<byte> file, int at)
    {
        using var joined = new MemoryStream();
        for (; file[at] != 0; at += 1 + file[at])
            joined.Write(file.Slice(at + 1, file[at]));
        return joined.ToArray();
    }

    // The pixels that codes stand for: LZW, in which every code but the first adds one that stands for one pixel more than the code before (GIF89a, appendix F).
    private static long Pixels(int size, byte[] data, long enough)
    {
        if (size is < 1 or > 11)
            throw new InvalidDataException($"its codes are of {size} bits");
        var (clear, length) = (1 << size, new int[MostCodes]);
        Array.Fill(length, 1, 0, clear);
        var (bits, next, before, pixels, position) = (size + 1, clear + 2, -1, 0L, 0);
        while (pixels < enough && position + bits <= 8 * data.Length)
        {
            var code = 0;
            for (var i = 0; i < bits; i++, position++)
                code |= (data[position / 8] >> (position % 8) & 1) << i;
            if (code == clear + 1)
                break;
            if (code == clear)
            {
                (bits, next, before) = (size + 1, clear + 2, -1);
                continue;
            }
            if (code > next || before < 0 && code >= clear || code == next && next == MostCodes)
                throw new InvalidDataException("a code in it has no meaning");
            if (before >= 0 && next < MostCodes)
                length[next++] = length[before] + 1;
            pixels += length[code];
            before = code;
            if (next == 1 << bits && bits < 12)
                bits++;
        }
        return pixels;
    }

    private static int UInt16(ReadOnlySpan<byte> file, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(at, 2));
}
