using System.Buffers;
using System.Text;
using Google.Protobuf;

namespace SlimSharp.Onnx;

/// <summary>A protocol buffer message that is being written, field by field.</summary>
internal sealed class Message
{
    private const int LargestScalar = 20; // bytes of a tag and a number
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal Message Put(int field, long value) =>
        Scalar(field, WireFormat.WireType.Varint, output => output.WriteInt64(value));

    internal Message Put(int field, float value) =>
        Scalar(field, WireFormat.WireType.Fixed32, output => output.WriteFloat(value));

    internal Message Put(int field, string value) => Put(field, Encoding.UTF8.GetBytes(value));

    internal Message Put(int field, Message value) => Put(field, value._bytes.WrittenSpan);

    internal Message Put(int field, ReadOnlySpan<byte> value)
    {
        var length = value.Length;
        Scalar(field, WireFormat.WireType.LengthDelimited, output => output.WriteLength(length));
        _bytes.Write(value);
        return this;
    }

    internal Message PutAll(int field, IEnumerable<long> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll(int field, IEnumerable<float> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll(int field, IEnumerable<string> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll<T>(int field, IEnumerable<T> values, Func<T, Message> toMessage) =>
        PutAll(values, value => Put(field, toMessage(value)));

    internal byte[] ToBytes() => _bytes.WrittenSpan.ToArray();

    private Message PutAll<T>(IEnumerable<T> values, Func<T, Message> put)
    {
        foreach (var value in values)
            put(value);
        return this;
    }

    private Message Scalar(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        var buffer = new byte[LargestScalar];
        using var output = new CodedOutputStream(buffer);
        output.WriteTag(field, type);
        write(output);
        _bytes.Write(buffer.AsSpan(0, (int)output.Position));
        return this;
    }
}
