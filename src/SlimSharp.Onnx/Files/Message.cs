using System.Text;
using Google.Protobuf;
using Wire = Google.Protobuf.WireFormat.WireType;

namespace SlimSharp.Onnx;

/// <summary>A protocol buffer message that is being written, field by field.</summary>
internal sealed class Message
{
    private const int LargestScalar = 20; // bytes of a tag and a number
    private readonly List<Part> _parts = [];

    internal Message Put(int field, long value) => Put(field, Wire.Varint, output => output.WriteInt64(value));

    internal Message Put(int field, float value) => Put(field, Wire.Fixed32, output => output.WriteFloat(value));

    internal Message Put(int field, string value) => Put(field, Encoding.UTF8.GetBytes(value));

    internal Message Put(int field, Message value) => Put(field, value.ToBytes());

    internal Message Put(int field, ReadOnlyMemory<byte> value)
    {
        var head = Scalar(output =>
        {
            output.WriteTag(field, Wire.LengthDelimited);
            output.WriteLength(value.Length);
        });
        return Put(new Part(field, head, value));
    }

    internal Message Put(Part part)
    {
        _parts.Add(part);
        return this;
    }

    internal Message PutAll(IEnumerable<Part> parts)
    {
        _parts.AddRange(parts);
        return this;
    }

    internal Message PutAll(int field, IEnumerable<long> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll(int field, IEnumerable<float> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll(int field, IEnumerable<string> values) => PutAll(values, value => Put(field, value));

    internal Message PutAll<T>(int field, IEnumerable<T> values, Func<T, ReadOnlyMemory<byte>> toBytes) =>
        PutAll(values, value => Put(field, toBytes(value)));

    /// <summary>
    /// The bytes this was read from, with the fields that have changed since in place of what they were, and all others
    /// as they stand there, known or not. Nothing is copied if nothing has changed.
    /// </summary>
    /// <param name="source">The bytes.</param>
    /// <param name="read">What this was after it was read from them.</param>
    /// <param name="together">Fields that hold one thing in several ways: all go if one of them changes.</param>
    internal ReadOnlyMemory<byte> Over(ReadOnlyMemory<byte> source, Message read, params int[] together)
    {
        var (now, then) = (_parts.ToLookup(p => p.Number), read._parts.ToLookup(p => p.Number));
        HashSet<int> changed = [.. now.Concat(then).Select(g => g.Key).Where(n => !AreSame(now[n], then[n]))];
        if (changed.Count == 0)
            return source;
        if (changed.Overlaps(together))
            changed.UnionWith(together);
        var parts = Part.Of(source);
        var (written, places) = (new Message(), parts.CountBy(p => p.Number).ToDictionary());
        var left = now.Where(g => changed.Contains(g.Key)).ToDictionary(g => g.Key, g => new Queue<Part>(g));
        foreach (var part in parts)
        {
            if (!changed.Contains(part.Number))
                written.Put(part);
            else if (left.GetValueOrDefault(part.Number) is { Count: > 0 } values)
            {
                // One in the place of each, as many as there are; the last ones go where there is a place left.
                written.Put(values.Dequeue());
                if (--places[part.Number] == 0)
                    written.PutAll(values);
            }
        }
        return written.PutAll(_parts.Where(p => changed.Contains(p.Number) && !places.ContainsKey(p.Number))).ToBytes();
    }

    /// <exception cref="OnnxException">They would be more than a protocol buffer can hold.</exception>
    internal byte[] ToBytes()
    {
        var length = _parts.Sum(p => p.Length);
        if (length > Array.MaxLength)
            throw new OnnxException("The model takes more than the 2 GB that one ONNX file can hold.");
        var bytes = new byte[length];
        var place = bytes.AsMemory();
        foreach (var part in _parts)
        {
            part.Head.CopyTo(place);
            part.Content.CopyTo(place[part.Head.Length..]);
            place = place[(int)part.Length..];
        }
        return bytes;
    }

    private static bool AreSame(IEnumerable<Part> ones, IEnumerable<Part> others)
    {
        using var other = others.GetEnumerator();
        foreach (var one in ones)
        {
            if (!other.MoveNext() || !one.Content.Span.SequenceEqual(other.Current.Content.Span))
                return false;
        }
        return !other.MoveNext();
    }

    private Message PutAll<T>(IEnumerable<T> values, Func<T, Message> put)
    {
        foreach (var value in values)
            put(value);
        return this;
    }

    private Message Put(int field, Wire type, Action<CodedOutputStream> write) =>
        Put(new Part(field, Scalar(output => output.WriteTag(field, type)), Scalar(write)));

    private static byte[] Scalar(Action<CodedOutputStream> write)
    {
        var buffer = new byte[LargestScalar];
        using var output = new CodedOutputStream(buffer);
        write(output);
        return buffer[..(int)output.Position];
    }
}
