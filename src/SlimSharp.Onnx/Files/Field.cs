using System.Text;
using Google.Protobuf;
using Wire = Google.Protobuf.WireFormat.WireType;

namespace SlimSharp.Onnx;

/// <summary>A field of a protocol buffer message that somebody wants to read; the others are passed over.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">How it is stored; the same number stored otherwise is another field.</param>
/// <param name="Take">Reads one value.</param>
/// <param name="IsRepeated">Whether many numbers may stand in one field.</param>
internal readonly record struct Field(int Number, Wire Type, Action<CodedInputStream> Take, bool IsRepeated = false)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal static Field Bytes(int number, Action<byte[]> take) =>
        new(number, Wire.LengthDelimited, input => take(input.ReadBytes().ToByteArray()));

    internal static Field Text(int number, Action<string> take) =>
        Bytes(number, bytes => take(Strict.GetString(bytes)));

    internal static Field Integer(int number, Action<long> take) =>
        new(number, Wire.Varint, input => take(input.ReadInt64()));

    internal static Field Float(int number, Action<float> take) =>
        new(number, Wire.Fixed32, input => take(input.ReadFloat()));

    internal static Field Integers(int number, Action<long> take) => Integer(number, take) with { IsRepeated = true };

    internal static Field Floats(int number, Action<float> take) => Float(number, take) with { IsRepeated = true };

    /// <summary>Goes through a message.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is damaged.</exception>
    /// <exception cref="DecoderFallbackException">A text is no UTF-8.</exception>
    internal static void Read(byte[] message, params ReadOnlySpan<Field> wanted)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag && tag != 0)
        {
            var (number, type) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
            if (type > Wire.Fixed32)
                throw new OnnxException("a field in it is stored in a way that does not exist.");
            var isTaken = false;
            foreach (var field in wanted)
                isTaken = isTaken || (field.Number == number && field.TakeFrom(input, type));
            if (!isTaken)
                input.SkipLastField();
        }
    }

    private bool TakeFrom(CodedInputStream input, Wire type)
    {
        if (type == Type)
            Take(input);
        else if (IsRepeated && type == Wire.LengthDelimited)
        {
            using var values = new CodedInputStream(input.ReadBytes().ToByteArray());
            while (!values.IsAtEnd)
                Take(values);
        }
        else
            return false;
        return true;
    }
}
