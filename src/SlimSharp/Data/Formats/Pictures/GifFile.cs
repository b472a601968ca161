using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>
/// Goes through a GIF file's blocks before its first picture is decoded, and counts the pixels that its codes give.
/// What is transparent has the colour of its index, and what the first picture leaves bare is transparent, too, or else
/// of the index 0.
/// </summary>
internal static class GifFile
{
    private static readonly (int From, int Step)[] Plain = [(0, 1)];
    private static readonly (int From, int Step)[] Interlaced = [(0, 8), (4, 8), (2, 4), (1, 2)]; // GIF89a, appendix E

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
            if (
                !hasPicture
                && GifCodes.Read(file[at], Parts(file, at + 1), (long)width * height) < (long)width * height
            )
                throw new InvalidDataException("its picture is cut short");
            hasPicture = true;
            at = SkipParts(file, at + 1);
        }
        return hasPicture ? head : throw new InvalidDataException("it holds no picture");
    }

    /// <summary>Red, green and blue of the first picture of a checked file, on the whole of its screen.</summary>
    /// <exception cref="InvalidDataException">A pixel has a colour that is in no palette.</exception>
    internal static byte[] Decode(byte[] content, PictureHead head)
    {
        if (3L * head.Width * head.Height > Array.MaxLength)
            throw new InvalidDataException($"its {head.Width}×{head.Height} pixels are too many for one picture");
        ReadOnlySpan<byte> file = content;
        var palette = file.Slice(13, Colours(file[10]));
        var (at, transparent) = (13 + palette.Length, -1);
        for (; file[at] == 0x21; at = SkipParts(file, at + 2))
        {
            if (file[at + 1] == 0xF9 && file[at + 2] >= 4) // of the picture that follows
                transparent = (file[at + 3] & 1) == 0 ? -1 : file[at + 6];
        }
        var (left, top) = (UInt16(file, at + 1), UInt16(file, at + 3));
        var (width, height, flags) = (UInt16(file, at + 5), UInt16(file, at + 7), file[at + 9]);
        if (Colours(flags) is > 0 and var own)
            palette = file.Slice(at + 10, own);
        at += 10 + Colours(flags);
        var indices = new byte[width * height];
        GifCodes.Read(file[at], Parts(file, at + 1), indices.Length, indices);
        var whole = new byte[head.Width * head.Height];
        Array.Fill(whole, (byte)Math.Max(transparent, 0));
        var row = 0;
        foreach (var (from, step) in (flags & 0x40) != 0 ? Interlaced : Plain)
        {
            for (var y = from; y < height; y += step, row++)
                indices.AsSpan(row * width, width).CopyTo(whole.AsSpan((top + y) * head.Width + left));
        }
        return InColours(whole, palette);
    }

    private static byte[] InColours(ReadOnlySpan<byte> indices, ReadOnlySpan<byte> palette)
    {
        var rgb = new byte[3 * indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            if (3 * indices[i] >= palette.Length)
                throw new InvalidDataException(PictureFormat.NoColour);
            palette.Slice(3 * indices[i], 3).CopyTo(rgb.AsSpan(3 * i));
        }
        return rgb;
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

    private static int UInt16(ReadOnlySpan<byte> file, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(file.Slice(at, 2));
}
