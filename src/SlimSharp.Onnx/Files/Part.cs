using System.Runtime.InteropServices;
using Google.Protobuf;
using Wire = Google.Protobuf.WireFormat.WireType;

namespace SlimSharp.Onnx;

/// <summary>One field of a protocol buffer message as it stands there.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Head">Its tag and, where it has one, its length.</param>
/// <param name="Content">Its value.</param>
internal readonly record struct Part(int Number, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Content)
{
    internal long Length => (long)Head.Length + Content.Length;

    /// <summary>All fields of a message, in the order of the bytes; nothing is copied.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is damaged.</exception>
    internal static List<Part> Of(ReadOnlyMemory<byte> message)
    {
        var parts = new List<Part>();
        using var input = Open(message);
        var origin = input.Position;
        for (var start = 0; input.ReadTag() is var tag && tag != 0; start = (int)(input.Position - origin))
        {
            var value = (int)(input.Position - origin);
            input.SkipLastField();
            var end = (int)(input.Position - origin);
            if (WireFormat.GetTagWireType(tag) == Wire.LengthDelimited)
                value += LengthOfVarint(message.Span[value..end]);
            parts.Add(new(WireFormat.GetTagFieldNumber(tag), message[start..value], message[value..end]));
        }
        return parts;
    }

    internal static CodedInputStream Open(ReadOnlyMemory<byte> message) =>
        MemoryMarshal.TryGetArray(message, out var bytes)
            ? new(bytes.Array!, bytes.Offset, bytes.Count)
            : new(message.ToArray());

    /// <summary>The value of a field that begins with its length.</summary>
    internal static ReadOnlyMemory<byte> WithoutLength(ReadOnlyMemory<byte> value) =>
        value[LengthOfVarint(value.Span)..];

    // The last byte of a number is the first one without the highest bit.
    private static int LengthOfVarint(ReadOnlySpan<byte> bytes) => bytes.IndexOfAnyInRange((byte)0, (byte)127) + 1;
}
