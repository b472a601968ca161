namespace SlimSharp.Onnx;

/// <summary>Writes the settings of operators.</summary>
internal static class AttributeWriter
{
    // All fields that hold a value, its type, and the name of the function's attribute that it stands for.
    private static readonly int[] Values = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 20, 21, 22, 23];

    internal static ReadOnlyMemory<byte> Write(string name, object value) => Fields(name, value).ToBytes();

    /// <summary>
    /// Each as it stood in the file, but for what has changed since; those that were not there, anew.
    /// </summary>
    internal static IEnumerable<ReadOnlyMemory<byte>> Over(
        ReadOnlyMemory<byte>[] sources,
        IReadOnlyList<(string Name, object Value)> now
    )
    {
        (string Name, object Value)[] read = [.. sources.Select(OnnxReader.Attribute)];
        for (var i = 0; i < now.Count; i++)
        {
            var (name, value) = now[i];
            var place = i < read.Length && read[i].Name == name ? i : Array.FindIndex(read, a => a.Name == name);
            yield return place < 0
                ? Write(name, value)
                : Fields(name, value).Over(sources[place], Fields(name, read[place].Value), Values);
        }
    }

    private static Message Fields(string name, object value)
    {
        var message = new Message().Put(1, name);
        return value switch
        {
            float number => message.Put(2, number).Put(20, 1),
            long number => message.Put(3, number).Put(20, 2),
            string text => message.Put(4, text).Put(20, 3),
            OnnxTensor tensor => message.Put(5, OnnxWriter.Tensor(tensor)).Put(20, 4),
            float[] numbers => message.PutAll(7, numbers).Put(20, 6),
            long[] numbers => message.PutAll(8, numbers).Put(20, 7),
            ReadOnlyMemory<byte> whole => message.PutAll(Part.Of(whole).Where(p => p.Number != 1)),
            _ => throw new InvalidOperationException($"The attribute '{name}' is of type {value.GetType()}."),
        };
    }
}
