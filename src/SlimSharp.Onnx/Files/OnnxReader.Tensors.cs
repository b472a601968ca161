using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SlimSharp.Onnx;

/// <summary>Constants: their numbers stand as raw bytes, or one by one in a field for their type.</summary>
internal static partial class OnnxReader
{
    private const int MaxRank = 8;

    internal static OnnxTensor Tensor(ReadOnlyMemory<byte> bytes)
    {
        const int Elsewhere = 1;
        var name = "";
        var (type, place) = (0L, 0L);
        var sizes = ImmutableArray.CreateBuilder<long>();
        ReadOnlyMemory<byte>? raw = null;
        var (floats, small, large) = (new List<float>(), new List<int>(), new List<long>());
        var (doubles, unsigned) = (new List<double>(), new List<long>());
        Field.Read(
            bytes,
            Field.Integers(1, sizes.Add),
            Field.Integer(2, number => type = number),
            Field.Floats(4, floats.Add),
            Field.Integers(5, number => small.Add((int)number)),
            Field.Integers(7, large.Add),
            Field.Text(8, text => name = text),
            Field.Bytes(9, numbers => raw = numbers),
            Field.Doubles(10, doubles.Add),
            Field.Integers(11, unsigned.Add),
            Field.Integer(14, number => place = number)
        );
        if (place == Elsewhere)
            throw new OnnxException(
                $"the constant '{name}' lies in a file of its own, which is not read; save the model as one file."
            );
        var kind = (OnnxType)type;
        raw ??= kind switch
        {
            OnnxType.Float => Bytes(floats),
            OnnxType.Int64 => Bytes(large),
            OnnxType.Int32 => Bytes(small),
            OnnxType.UInt8 or OnnxType.Int8 => small.Select(s => (byte)s).ToArray(),
            OnnxType.Double => Bytes(doubles),
            OnnxType.UInt64 => Bytes(unsigned),
            OnnxType.UInt32 => Bytes(unsigned.ConvertAll(u => (uint)u)),
            OnnxType.Bool => small.Select(s => (byte)s).ToArray(),
            OnnxType.Int16 or OnnxType.UInt16 or OnnxType.Float16 or OnnxType.BFloat16 => Bytes(
                small.ConvertAll(s => (short)s)
            ),
            _ => default(ReadOnlyMemory<byte>), // as it stands in the file, and nowhere else
        };
        var tensor = new OnnxTensor(name, kind, sizes.ToImmutable(), raw.Value) { Source = bytes };
        return Fits(tensor)
            ? tensor
            : throw new OnnxException($"the constant '{name}' does not have as many elements as its shape says.");
    }

    private static byte[] Bytes<T>(List<T> numbers)
        where T : unmanaged => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(numbers)).ToArray();

    // Types that are not known here are left to whoever meets them.
    private static bool Fits(OnnxTensor tensor)
    {
        var size = tensor.Type switch
        {
            OnnxType.Double or OnnxType.Int64 or OnnxType.UInt64 => 8,
            OnnxType.Float or OnnxType.Int32 or OnnxType.UInt32 => 4,
            OnnxType.Int16 or OnnxType.UInt16 or OnnxType.Float16 or OnnxType.BFloat16 => 2,
            OnnxType.UInt8 or OnnxType.Int8 or OnnxType.Bool => 1,
            _ => 0,
        };
        if (tensor.Sizes.Length > MaxRank || tensor.Sizes.Any(s => s < 0))
            return false;
        if (size == 0)
            return true;
        return tensor.Sizes.All(s => s <= tensor.Data.Length)
            && tensor.Sizes.Aggregate(1L, (a, b) => checked(a * b)) * size == tensor.Data.Length;
    }
}
