using System.Buffers.Binary;
using System.Text;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// A model as raw protocol buffer bytes, with what other programs may put in: fields nobody knows, in every way of
/// storing them, foreign operators, graphs as attributes, functions. Fields stand in an order drawn by
/// <paramref name="Seed"/>.
/// </summary>
internal sealed record WireModel(int Seed, byte[] Noise)
{
    private const int Groups = 3;

    internal string GraphName { get; init; } = "graph";
    internal string NodeName { get; init; } = "foreign";
    internal string Domain { get; init; } = "com.example";
    internal float Alpha { get; init; } = 0.5f;
    internal string InputName { get; init; } = "x";
    internal string ConstantName { get; init; } = "c";
    internal string[] Metadata { get; init; } = ["b"];

    internal byte[] ToBytes()
    {
        var random = new Random(Seed);
        byte[] Message(params byte[][] fields)
        {
            byte[][] all = [.. fields, .. Unknown(random)];
            random.Shuffle(all);
            return [.. all.SelectMany(f => f)];
        }
        var type = Message(Bytes(1, Message(Number(1, 1), Bytes(2, Message(Bytes(1, Text(2, "batch")))))));
        var inner = Message(Text(2, "inner"), Bytes(1, [.. Text(1, "x"), .. Text(2, "z"), .. Text(4, "Relu")]));
        byte[][] attributes =
        [
            Message(Text(1, "alpha"), Single(2, Alpha), Number(20, 1), Text(13, "why")),
            Message(Text(1, "body"), Bytes(6, inner), Number(20, 5)),
            Message(Text(1, "kind"), Bytes(14, type), Number(20, 13)),
            Message(Text(1, "blob"), Bytes(4, [0xff, 0xfe, .. Noise]), Number(20, 3)),
            Message(Text(1, "words"), Text(9, "a"), Text(9, "b"), Number(20, 8)),
            Message(Text(1, "sparse"), Bytes(22, Noise), Number(20, 11)),
            Message(Text(1, "outer"), Text(21, "given"), Number(20, 1)),
        ];
        var node = Message([
            Text(1, "x"),
            Text(2, "y"),
            Text(3, NodeName),
            Text(4, "Thing"),
            Text(7, Domain),
            .. attributes.Select(a => Bytes(5, a)),
        ]);
        var constant = Message(Bytes(1, [1]), Number(2, 1), Text(8, ConstantName), Bytes(4, [0, 0, 128, 63]));
        var half = Message(Number(1, 2), Number(2, 10), Text(8, "half"), Bytes(5, [1, 2]));
        var wide = Message(Number(1, 1), Number(2, 11), Text(8, "wide"), [10 << 3 | 1, 0, 0, 0, 0, 0, 0, 0, 64]);
        var words = Message(Number(1, 70_000), Number(2, 8), Text(8, "words"), Text(6, "one"));
        var graph = Message(
            Bytes(1, node),
            Text(2, GraphName),
            Bytes(5, constant),
            Bytes(5, half),
            Bytes(5, wide),
            Bytes(5, words),
            Text(10, "documented"),
            Bytes(11, Message(Text(1, InputName), Bytes(2, type))),
            Bytes(12, Message(Text(1, "y"))),
            Bytes(13, Message(Text(1, "between"), Bytes(2, type))),
            Bytes(14, Noise),
            Bytes(15, Noise)
        );
        byte[] metadata = [.. Metadata.SelectMany(key => Bytes(14, [.. Text(1, key), .. Text(2, "value")]))];
        return Message(
            [8, 0x88, 0], // version 8 in more bytes than it needs
            Text(2, "somebody"),
            Bytes(7, graph),
            Bytes(8, Message(Text(1, ""), Number(2, 17))),
            Bytes(8, Message(Text(1, "com.example"), Number(2, 3))),
            metadata,
            Bytes(20, Noise),
            Bytes(25, Noise)
        );
    }

    private byte[][] Unknown(Random random) =>
        [
            .. Enumerable
                .Range(0, random.Next(3))
                .Select(_ => random.Next(100, 5000))
                .Select(number =>
                    random.Next(5) switch
                    {
                        0 => Number(number, random.Next()),
                        1 => Single(number, random.NextSingle()),
                        2 => [.. Varint((ulong)number << 3 | 1), 1, 2, 3, 4, 5, 6, 7, 8],
                        3 =>
                        [
                            .. Varint((ulong)number << 3 | Groups),
                            .. Number(1, 5),
                            .. Varint((ulong)number << 3 | 4),
                        ],
                        _ => Bytes(number, Noise),
                    }
                ),
        ];

    private static byte[] Text(int number, string text) => Bytes(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Bytes(int number, byte[] content) =>
        [.. Varint((ulong)number << 3 | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, long value) => [.. Varint((ulong)number << 3), .. Varint((ulong)value)];

    private static byte[] Single(int number, float value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return [.. Varint((ulong)number << 3 | 5), .. bytes];
    }

    private static IEnumerable<byte> Varint(ulong value)
    {
        for (; value > 127; value >>= 7)
            yield return (byte)(value | 128);
        yield return (byte)value;
    }
}
