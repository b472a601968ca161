using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>Goes through a BMP file's header before it is decoded: plain rows of 1 to 32 bits a pixel.</summary>
internal static class BmpFile
{
    private const int FileHeader = 14;
    private const int CoreHeader = 12; // of OS/2: sizes of 16 bits, colours of three bytes
    private const int InfoHeader = 40; // the first of Windows; longer ones begin like it
    private const int Os2Header = 64; // begins like it, too, but numbers its compressions in another way
    private const int Masks = 12; // three of 32 bits
    private const int Bitfields = 3;

    internal static bool Begins(byte[] content) => content is [(byte)'B', (byte)'M', ..];

    /// <exception cref="InvalidDataException">
    /// It is not whole, or of a kind that is not read; the message says how.
    /// </exception>
    internal static PictureHead Check(byte[] content)
    {
        var info = Read(content);
        return new(info.Width, Math.Abs(info.Height));
    }

    /// <summary>
    /// The same picture as the most ordinary of BMP files. Decoders take what stands between header and pixels for
    /// colours or pixels, and leave out the last colours behind a header of OS/2.
    /// </summary>
    /// <param name="content">The file, checked.</param>
    /// <param name="missing">Red, green and blue of the colours that its palette lacks.</param>
    internal static byte[] Plain(byte[] content, byte missing)
    {
        var info = Read(content);
        var (isCore, colours) = (info.Header == CoreHeader, info.Bits <= 8 ? 1 << info.Bits : 0);
        var masks = info.Compression == Bitfields ? Masks : 0;
        var start = FileHeader + InfoHeader + masks + 4 * colours;
        var plain = new byte[start + info.Pixels];
        "BM"u8.CopyTo(plain);
        foreach (
            var (at, value) in (ReadOnlySpan<(int, int)>)
                [
                    (2, plain.Length),
                    (10, start),
                    (14, InfoHeader),
                    (18, info.Width),
                    (22, info.Height),
                    (26, 1 | info.Bits << 16),
                    (30, info.Compression),
                ]
        )
            BinaryPrimitives.WriteInt32LittleEndian(plain.AsSpan(at), value);
        content.AsSpan(FileHeader + InfoHeader, masks).CopyTo(plain.AsSpan(FileHeader + InfoHeader));
        var (from, size) = (FileHeader + info.Header, isCore ? 3 : 4);
        plain.AsSpan(start - 4 * colours, 4 * colours).Fill(missing);
        for (var i = 0; i < colours && i < info.Colours && from + size * (i + 1) <= info.Start; i++)
            content.AsSpan(from + size * i, 3).CopyTo(plain.AsSpan(start - 4 * (colours - i)));
        content.AsSpan(info.Start, info.Pixels).CopyTo(plain.AsSpan(start));
        return plain;
    }

    private static Info Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < FileHeader + InfoHeader)
            throw new InvalidDataException(JpegFile.CutShort);
        var (start, header) = (
            BinaryPrimitives.ReadUInt32LittleEndian(file[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(file[14..])
        );
        if (header != CoreHeader && header is < InfoHeader or > 256)
            throw new InvalidDataException($"its header is of {header} bytes, which none is");
        var (width, height, bits) =
            header == CoreHeader
                ? (
                    BinaryPrimitives.ReadUInt16LittleEndian(file[18..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(file[20..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(file[24..])
                )
                : (
                    BinaryPrimitives.ReadInt32LittleEndian(file[18..]),
                    BinaryPrimitives.ReadInt32LittleEndian(file[22..]), // negative from the top down
                    BinaryPrimitives.ReadUInt16LittleEndian(file[28..])
                );
        var compression = header == CoreHeader ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[30..]);
        if (compression is not (0 or Bitfields) || compression == Bitfields && header == Os2Header)
            throw new InvalidDataException(
                $"it is a BMP file of compression {compression}, which is not read; {PictureFormat.Advice}"
            );
        if (width <= 0 || height is 0 or int.MinValue || bits is not (1 or 4 or 8 or 16 or 24 or 32))
            throw new InvalidDataException($"it claims {width}×{height} pixels of {bits} bits");
        if (compression == Bitfields && bits is not (16 or 32))
            throw new InvalidDataException($"it says which of {bits} bits are which colour");
        var before = FileHeader + header + (compression == Bitfields && header == InfoHeader ? Masks : 0);
        var pixels = ((long)width * bits + 31) / 32 * 4 * Math.Abs(height);
        return start < before || start + pixels > file.Length
            ? throw new InvalidDataException(JpegFile.CutShort)
            : new((int)header, width, height, bits, (int)compression, (int)start, (int)pixels, Colours(file, header));
    }

    // 0, as in a header without that word, is as many as there can be.
    private static int Colours(ReadOnlySpan<byte> file, uint header) =>
        header != CoreHeader && BinaryPrimitives.ReadUInt32LittleEndian(file[46..]) is > 0 and < 256 and var colours
            ? (int)colours
            : 256;

    /// <summary>What a header says.</summary>
    /// <param name="Header">Its own bytes.</param>
    /// <param name="Width">Columns.</param>
    /// <param name="Height">Rows; negative from the top down.</param>
    /// <param name="Bits">Of a pixel.</param>
    /// <param name="Compression">None, or bit fields.</param>
    /// <param name="Start">Where pixels begin.</param>
    /// <param name="Pixels">Their bytes.</param>
    /// <param name="Colours">At most in its palette.</param>
    private readonly record struct Info(
        int Header,
        int Width,
        int Height,
        int Bits,
        int Compression,
        int Start,
        int Pixels,
        int Colours
    );
}
