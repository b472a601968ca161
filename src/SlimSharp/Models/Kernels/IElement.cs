using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;

namespace SlimSharp.Models.Kernels;

/// <summary>A data type in memory that kernels read as float32, one or sixteen at a time.</summary>
internal unsafe interface IElement
{
    static abstract torch.ScalarType Type { get; }
    static abstract int Size { get; }
    static abstract Vector512<float> Load(byte* at);
    static abstract void Store(byte* at, Vector512<float> values);
    static abstract float Read(byte* at);
    static abstract void Write(byte* at, float value);
}

/// <summary>float32 as it is.</summary>
internal readonly unsafe struct Single32 : IElement
{
    public static torch.ScalarType Type => torch.float32;

    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* at) => Vector512.Load((float*)at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* at, Vector512<float> values) => values.Store((float*)at);

    public static float Read(byte* at) => *(float*)at;

    public static void Write(byte* at, float value) => *(float*)at = value;
}

/// <summary>bfloat16: the upper half of a float32, rounded to the nearest, ties to even.</summary>
internal readonly unsafe struct Brain16 : IElement
{
    public static torch.ScalarType Type => torch.bfloat16;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(byte* at)
    {
        var halves = Vector256.Load((ushort*)at);
        if (Avx512F.IsSupported)
            return (Avx512F.ConvertToVector512UInt32(halves) << 16).AsSingle();
        var (lower, upper) = Vector256.Widen(halves);
        return (Vector512.Create(lower, upper) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* at, Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7fffu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
        var halves = Avx512F.IsSupported
            ? Avx512F.ConvertToVector256UInt16(rounded)
            : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
        halves.Store((ushort*)at);
    }

    public static float Read(byte* at) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)at << 16);

    public static void Write(byte* at, float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        *(ushort*)at = (ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
