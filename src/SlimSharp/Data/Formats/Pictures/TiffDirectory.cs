using System.Buffers.Binary;

namespace SlimSharp.Data;

/// <summary>
/// The first directory of a TIFF file, or of the EXIF data in another picture: numbered fields of whole numbers (TIFF
/// 6.0, section 2).
/// </summary>
internal sealed class TiffDirectory
{
    private const int OrientationTag = 274;
    private const int MostFields = 4096;

    // Bytes of a value of each type: bytes, letters, numbers of 16 and 32 bits, fractions, and the same with signs.
    private static readonly int[] Widths = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

    // Size, bits, compression, interpretation, strips, orientation, samples, sizes of strips, tiles, format of samples.
    private static readonly int[] Wanted =
    [
        256,
        257,
        258,
        259,
        262,
        273,
        OrientationTag,
        277,
        279,
        322,
        323,
        324,
        325,
        339,
    ];
    private readonly Dictionary<int, uint[]> _fields = [];

    private TiffDirectory(bool isLittle) => IsLittle = isLittle;

    private bool IsLittle { get; }

    /// <summary>Reads the fields that hold whole numbers.</summary>
    /// <exception cref="InvalidDataException">A field reaches beyond the end.</exception>
    internal static TiffDirectory Read(ReadOnlySpan<byte> content)
    {
        var directory = new TiffDirectory(content.StartsWith("II"u8));
        if (content.Length < 8)
            throw new InvalidDataException(JpegFile.CutShort);
        var at = directory.UInt32(content, 4);
        if (at < 8 || at > content.Length - 2L)
            throw new InvalidDataException("its directory is not in it");
        var count = directory.UInt16(content, (int)at);
        if (count > MostFields || at + 2 + 12L * count > content.Length)
            throw new InvalidDataException("its directory is longer than the file");
        var elsewhere = 0L;
        for (var i = 0; i < count; i++)
            elsewhere += directory.Add(content, (int)at + 2 + 12 * i);
        // Many fields that are all the same bytes would take many times the file's memory.
        return elsewhere <= content.Length
            ? directory
            : throw new InvalidDataException("fields of it lie over each other");
    }

    /// <summary>
    /// The orientation that EXIF data state, from 1 to 8; 1 where they state none, or are damaged: the picture itself
    /// is not.
    /// </summary>
    internal static int Orientation(ReadOnlySpan<byte> exif)
    {
        try
        {
            return exif.StartsWith("II*\0"u8) || exif.StartsWith("MM\0*"u8) ? Read(exif).Orientation() : 1;
        }
        catch (InvalidDataException)
        {
            return 1;
        }
    }

    /// <summary>The orientation, from 1 to 8; 1 where none is stated.</summary>
    internal int Orientation() => One(OrientationTag, 1) is >= 1 and <= 8 and var turned ? (int)turned : 1;

    /// <summary>The first number of a field.</summary>
    internal uint One(int tag, uint otherwise) => _fields.GetValueOrDefault(tag) is [var value, ..] ? value : otherwise;

    /// <summary>All numbers of a field; none where it is not there.</summary>
    internal uint[] Many(int tag) => _fields.GetValueOrDefault(tag) ?? [];

    // Tag, type, count, and the values themselves or where they are. Returns the bytes that lie elsewhere.
    private long Add(ReadOnlySpan<byte> content, int at)
    {
        var (tag, type, count) = (UInt16(content, at), UInt16(content, at + 2), UInt32(content, at + 4));
        if (type == 0 || type >= Widths.Length)
            throw new InvalidDataException($"a field of it is of the unknown type {type}");
        var width = Widths[type];
        var (size, start) = (width * (long)count, at + 8L);
        if (size > 4)
            start = UInt32(content, at + 8);
        if (start + size > content.Length)
            throw new InvalidDataException("a field of it lies beyond its end");
        if (type is 1 or 3 or 4 && Wanted.Contains(tag))
            _fields.TryAdd(tag, Values(content, (int)start, width, (int)count));
        return size > 4 ? size : 0;
    }

    private uint[] Values(ReadOnlySpan<byte> content, int start, int width, int count)
    {
        var values = new uint[count];
        for (var i = 0; i < count; i++)
        {
            var place = start + i * width;
            values[i] = width switch
            {
                1 => content[place],
                2 => UInt16(content, place),
                _ => UInt32(content, place),
            };
        }
        return values;
    }

    private ushort UInt16(ReadOnlySpan<byte> content, int at) =>
        IsLittle
            ? BinaryPrimitives.ReadUInt16LittleEndian(content[at..])
            : BinaryPrimitives.ReadUInt16BigEndian(content[at..]);

    private uint UInt32(ReadOnlySpan<byte> content, int at) =>
        IsLittle
            ? BinaryPrimitives.ReadUInt32LittleEndian(content[at..])
            : BinaryPrimitives.ReadUInt32BigEndian(content[at..]);
}
