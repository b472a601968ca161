using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace SlimSharp.Onnx;

/// <summary>A constant.</summary>
/// <param name="Name">What nodes call it.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Sizes">Its shape; none for a scalar.</param>
/// <param name="Data">Its elements in row-major order, little-endian.</param>
public sealed record OnnxTensor(string Name, OnnxType Type, ImmutableArray<long> Sizes, ReadOnlyMemory<byte> Data)
{
    /// <summary>The message it was read from; null for what was made here.</summary>
    internal ReadOnlyMemory<byte>? Source { get; init; }

    /// <summary>Of 32-bit floating-point numbers.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> sizes) =>
        new(name, OnnxType.Float, [.. sizes], Bytes(values));

    /// <summary>Of 64-bit integers.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> sizes) =>
        new(name, OnnxType.Int64, [.. sizes], Bytes(values));

    /// <summary>Of signed bytes.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> sizes) =>
        new(name, OnnxType.Int8, [.. sizes], Bytes(values));

    /// <summary>Of unsigned bytes.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<byte> values, params ReadOnlySpan<long> sizes) =>
        new(name, OnnxType.UInt8, [.. sizes], values.ToArray());

    /// <summary>Of 32-bit integers.</summary>
    public static OnnxTensor Of(string name, ReadOnlySpan<int> values, params ReadOnlySpan<long> sizes) =>
        new(name, OnnxType.Int32, [.. sizes], Bytes(values));

    /// <summary>The elements of a tensor of 32-bit floating-point numbers or of 64- or 32-bit integers.</summary>
    /// <exception cref="OnnxException">It is of another type.</exception>
    public double[] Numbers() =>
        Type switch
        {
            OnnxType.Float => Wide(MemoryMarshal.Cast<byte, float>(Data.Span)),
            OnnxType.Int64 => Wide(MemoryMarshal.Cast<byte, long>(Data.Span)),
            OnnxType.Int32 => Wide(MemoryMarshal.Cast<byte, int>(Data.Span)),
            _ => throw new OnnxException($"The constant '{Name}' is of the type {Type}, which is not read."),
        };

    private static double[] Wide<T>(ReadOnlySpan<T> values)
        where T : System.Numerics.INumber<T>
    {
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = double.CreateChecked(values[i]);
        return wide;
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged =>
        BitConverter.IsLittleEndian
            ? MemoryMarshal.AsBytes(values).ToArray()
            : throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");
}
