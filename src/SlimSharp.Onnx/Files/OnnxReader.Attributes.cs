using System.Text;
using System.Text.Unicode;

namespace SlimSharp.Onnx;

/// <summary>Settings of operators: numbers, texts and tensors; graphs, types and all others stay bytes.</summary>
internal static partial class OnnxReader
{
    internal static (string Name, object Value) Attribute(ReadOnlyMemory<byte> bytes)
    {
        const int Float = 1;
        const int Integer = 2;
        const int Text = 3;
        const int Tensors = 4;
        const int Floats = 6;
        const int Integers = 7;
        var (name, standsFor) = ("", "");
        object? value = null;
        var (floats, integers) = (new List<float>(), new List<long>());
        var kind = 0L;
        Field.Read(
            bytes,
            Field.Text(1, text => name = text),
            Field.Float(2, number => value = number),
            Field.Integer(3, number => value = number),
            Field.Bytes(4, text => value = Utf8.IsValid(text.Span) ? Encoding.UTF8.GetString(text.Span) : bytes),
            Field.Bytes(5, tensor => value = Tensor(tensor)),
            Field.Floats(7, floats.Add),
            Field.Integers(8, integers.Add),
            Field.Integer(20, number => kind = number),
            Field.Text(21, text => standsFor = text)
        );
        if (standsFor.Length > 0) // for what the caller of a function gives
            return (name, bytes);
        return kind switch
        {
            Floats => (name, floats.ToArray()),
            Integers => (name, integers.ToArray()),
            Float when value is not float => (name, 0f), // some leave zeros out
            Integer when value is not long => (name, 0L),
            Text when value is null => (name, ""),
            0 or Float or Integer or Text or Tensors when value is not null => (name, value),
            _ => (name, bytes),
        };
    }
}
