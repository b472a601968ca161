using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SlimSharp.Data;

/// <summary>
/// Numeric arrays in MATLAB version 5 files (MathWorks, "MAT-File Format"): tagged elements, compressed or not,
/// little-endian, in column-major order.
/// </summary>
internal static class MatFile
{
    private const int HeaderLength = 128;
    private const byte FirstNumeric = 6; // double, single, and integers of 8 to 64 bits
    private const byte LastNumeric = 15;
    private const uint Int8 = 1;
    private const uint Int32 = 5;
    private const uint UInt32 = 6;
    private const int Matrix = 14;
    private const int Compressed = 15;
    private const string Arrays = "its arrays";

    /// <summary>
    /// The arrays of those names, with their dimensions and elements; bytes stay bytes, other numbers become them if
    /// they are whole and fit.
    /// </summary>
    /// <exception cref="DataException">The file is damaged, of another version, or lacks an array.</exception>
    internal static Dictionary<string, (int[] Sizes, byte[] Values)> Read(
        string path,
        CancellationToken stop,
        params string[] names
    )
    {
        try
        {
            var budget = DataFile.Budget(path);
            using var stream = new BufferedStream(new StoppableStream(File.OpenRead(path), stop), 1 << 16);
            CheckHeader(path, stream);
            var arrays = new Dictionary<string, (int[], byte[])>();
            var tag = new byte[8];
            while (stream.ReadAtLeast(tag, 8, throwOnEndOfStream: false) is var read && read > 0)
            {
                if (read < 8)
                    throw new InvalidDataException("it ends within an element");
                var (type, size) = (U32(tag, 0), U32(tag, 4));
                if (size > stream.Length - stream.Position)
                    throw new InvalidDataException("an element is longer than the file");
                var next = stream.Position + size;
                if (type == Compressed)
                {
                    using var zlib = new ZLibStream(stream, CompressionMode.Decompress, leaveOpen: true);
                    zlib.ReadExactly(tag);
                    if (U32(tag, 4) > (long)Deflate.MostExpansion * size)
                        throw new InvalidDataException("an array claims more than its compressed bytes can hold");
                    if (U32(tag, 0) == Matrix)
                        Keep(path, budget, budget.Read(zlib, U32(tag, 4), Arrays), names, arrays);
                }
                else if (type == Matrix)
                {
                    Keep(path, budget, budget.Read(stream, size, Arrays), names, arrays);
                }
                else
                {
                    throw new InvalidDataException($"an element of type {type} is no array");
                }
                stream.Position = next;
            }
            return names.FirstOrDefault(n => !arrays.ContainsKey(n)) is { } missing
                ? throw new DataException($"{path}: holds no array '{missing}'.")
                : arrays;
        }
        catch (Exception e)
            when (e
                    is IOException
                        or InvalidDataException
                        or UnauthorizedAccessException
                        or ArgumentException
                        or IndexOutOfRangeException
                        or OverflowException
            )
        {
            throw new DataException(
                $"{path}: is not an intact MATLAB 5 file ({e.Message.TrimEnd('.')}). Fetch it again.",
                e
            );
        }
    }

    private static void CheckHeader(string path, Stream stream)
    {
        var header = new byte[HeaderLength];
        stream.ReadExactly(header);
        if (header[126] != (byte)'I' || header[127] != (byte)'M' || header[125] != 1)
            throw new DataException(
                $"{path}: is not a MATLAB 5 file. Newer ones (v7.3) are saved again with '-v7' in MATLAB."
            );
    }

    // A matrix holds, one after another: flags, dimensions, name, elements.
    private static void Keep(
        string path,
        ReadBudget budget,
        byte[] matrix,
        string[] names,
        Dictionary<string, (int[], byte[])> arrays
    )
    {
        var at = 0;
        var kind = matrix[Element(matrix, ref at, UInt32).Data].FirstOrDefault();
        var dimensions = Element(matrix, ref at, Int32).Data;
        var name = Encoding.ASCII.GetString(matrix.AsSpan(Element(matrix, ref at, Int8).Data));
        if (!names.Contains(name))
        {
            budget.Return(matrix.Length);
            return;
        }
        if (kind is < FirstNumeric or > LastNumeric)
            throw new InvalidDataException($"the array '{name}' does not hold plain numbers");
        var sizes = new int[(dimensions.End.Value - dimensions.Start.Value) / 4];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = BinaryPrimitives.ReadInt32LittleEndian(matrix.AsSpan(dimensions.Start.Value + 4 * i));
        var (type, data) = Element(matrix, ref at);
        budget.Take(matrix.AsSpan(data).Length, Arrays);
        var values = Bytes(path, type, matrix.AsSpan(data));
        if (sizes.Any(s => s < 0) || sizes.Aggregate(1.0, (a, b) => a * b) != values.Length)
            throw new InvalidDataException($"the array '{name}' is not of the size it claims");
        arrays[name] = (sizes, values);
    }

    private static (uint Type, Range Data) Element(byte[] matrix, ref int at, uint expected)
    {
        var element = Element(matrix, ref at);
        return element.Type == expected
            ? element
            : throw new InvalidDataException($"an element is of type {element.Type} in place of {expected}");
    }

    private static (uint Type, Range Data) Element(byte[] matrix, ref int at)
    {
        var first = U32(matrix, at);
        // Up to four bytes stand in the tag itself.
        if (first >> 16 is > 0 and <= 4 and var small)
        {
            var start = at + 4;
            at += 8;
            return (first & 0xffff, start..(start + (int)small));
        }
        if (first >> 16 > 4)
            throw new InvalidDataException("a small element claims more than four bytes");
        var (begin, size) = (at + 8, checked((int)U32(matrix, at + 4)));
        if (size > matrix.Length - begin)
            throw new InvalidDataException("an element is longer than its array");
        at = begin + (size + 7) / 8 * 8;
        return (first, begin..(begin + size));
    }

    private static byte[] Bytes(string path, uint type, ReadOnlySpan<byte> data)
    {
        if (type == 2)
            return data.ToArray();
        var width = type switch
        {
            1 => 1,
            3 or 4 => 2,
            5 or 6 or 7 => 4,
            9 or 12 or 13 => 8,
            _ => throw new DataException($"{path}: has elements of the unknown type {type}."),
        };
        var values = new byte[data.Length / width];
        for (var i = 0; i < values.Length; i++)
        {
            var element = data.Slice(i * width, width);
            var value = type switch
            {
                1 => (sbyte)element[0],
                3 => BinaryPrimitives.ReadInt16LittleEndian(element),
                4 => BinaryPrimitives.ReadUInt16LittleEndian(element),
                5 => BinaryPrimitives.ReadInt32LittleEndian(element),
                6 => BinaryPrimitives.ReadUInt32LittleEndian(element),
                7 => BinaryPrimitives.ReadSingleLittleEndian(element),
                9 => BinaryPrimitives.ReadDoubleLittleEndian(element),
                12 => BinaryPrimitives.ReadInt64LittleEndian(element),
                _ => BinaryPrimitives.ReadUInt64LittleEndian(element),
            };
            if (!(value >= 0 && value <= 255 && value == Math.Floor(value)))
                throw new DataException($"{path}: element {i} is {value}, which is no byte.");
            values[i] = (byte)value;
        }
        return values;
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
