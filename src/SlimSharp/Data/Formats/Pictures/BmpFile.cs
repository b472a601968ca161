using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>Goes through a BMP file's header before it is decoded: plain rows of 1 to 32 bits a pixel.</summary>
internal static class BmpFile
{
    private const int CoreHeader = 12; // of OS/2: sizes of 16 bits
    private const int Bitfields = 3;

    internal static bool Begins(byte[] content) => content is [(byte)'B', (byte)'M', ..];

    /// <exception cref="InvalidDataException">It is not whole, or of a kind that is not read; the message says how.</exception>
    internal static PictureHead Check(byte[] content)
    {
        var file = content.AsSpan();
        if (file.Length < 54)
            throw new InvalidDataException(JpegFile.CutShort);
        var (start, header) = (
            BinaryPrimitives.ReadUInt32LittleEndian(file[10..]),
            BinaryPrimitives.ReadUInt32LittleEndian(file[14..])
        );
        var isCore = header == CoreHeader;
        var (width, height, bits) = isCore
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
        var compression = isCore ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[30..]);
        if (compression is not (0 or Bitfields))
            throw new InvalidDataException(
                $"it is a BMP file of compression {compression}, which is not read; {PictureFormat.Advice}"
            );
        if (width <= 0 || height is 0 or int.MinValue || bits is not (1 or 4 or 8 or 16 or 24 or 32))
            throw new InvalidDataException($"it claims {width}×{height} pixels of {bits} bits");
        var rows = ((long)width * bits + 31) / 32 * 4 * Math.Abs(height);
        return start < 14 + header || start + rows > file.Length
            ? throw new InvalidDataException(JpegFile.CutShort)
            : new(width, Math.Abs(height));
    }
}
