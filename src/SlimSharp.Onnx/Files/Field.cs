using System.Text;
using Google.Protobuf;
using Wire = Google.Protobuf.WireFormat.WireType;

namespace SlimSharp.Onnx;

/// <summary>A field of a protocol buffer message that somebody wants to read; the others are passed over.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">How it is stored; the same number stored otherwise is another field.</param>
/// <param name="Take">Reads one number.</param>
/// <param name="TakeBytes">Reads what has a length; null for numbers.</param>
/// <param name="IsRepeated">Whether many numbers may stand in one field.</param>
internal readonly record struct Field(
    int Number,
    Wire Type,
    Action<CodedInputStream> Take,
    Action<ReadOnlyMemory<byte>>? TakeBytes = null,
    bool IsRepeated = false
)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Bytes or a message: a piece of the message that is read, not a copy.</summary>
    internal static Field Bytes(int number, Action<ReadOnlyMemory<byte>> take) =>
        new(number, Wire.LengthDelimited, _ => { }, take);

    internal static Field Text(int number, Action<string> take) =>
        Bytes(number, bytes => take(Strict.GetString(bytes.Span)));

    internal static Field Integer(int number, Action<long> take) =>
        new(number, Wire.Varint, input => take(input.ReadInt64()));

    internal static Field Float(int number, Action<float> take) =>
        new(number, Wire.Fixed32, input => take(input.ReadFloat()));

    internal static Field Integers(int number, Action<long> take) => Integer(number, take) with { IsRepeated = true };

    internal static Field Floats(int number, Action<float> take) => Float(number, take) with { IsRepeated = true };

    internal static Field Doubles(int number, Action<double> take) =>
        new(number, Wire.Fixed64, input => take(input.ReadDouble()), IsRepeated: true);

    /// <summary>Goes through a message.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is damaged.</exception>
    /// <exception cref="DecoderFallbackException">A text is no UTF-8.</exception>
    internal static void Read(ReadOnlyMemory<byte> message, params ReadOnlySpan<Field> wanted)
    {
        using var input = Part.Open(message);
        var origin = input.Position;
        while (input.ReadTag() is var tag && tag != 0)
        {
            var (number, type) = (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag));
            if (type > Wire.Fixed32)
                throw new OnnxException("a field in it is stored in a way that does not exist.");
            var field = Wanted(wanted, number, type);
            if (field is { Type: not Wire.LengthDelimited } && field.Value.Type == type)
            {
                field.Value.Take(input);
                continue;
            }
            var start = (int)(input.Position - origin);
            input.SkipLastField();
            field?.TakeFrom(Part.WithoutLength(message[start..(int)(input.Position - origin)]));
        }
    }

    private static Field? Wanted(ReadOnlySpan<Field> wanted, int number, Wire type)
    {
        foreach (var field in wanted)
        {
            if (field.Number == number && (field.Type == type || (field.IsRepeated && type == Wire.LengthDelimited)))
                return field;
        }
        return null;
    }

    private void TakeFrom(ReadOnlyMemory<byte> content)
    {
        if (TakeBytes is not null)
        {
            TakeBytes(content);
            return;
        }
        using var values = Part.Open(content);
        while (!values.IsAtEnd)
            Take(values);
    }
}
