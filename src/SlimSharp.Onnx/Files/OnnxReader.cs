using System.Collections.Immutable;
using Google.Protobuf;

namespace SlimSharp.Onnx;

/// <summary>
/// Reads what <see cref="OnnxWriter"/> writes, and what other programs do. Fields that are not needed are passed over;
/// each part keeps the bytes it was read from, so that they can be written again.
/// </summary>
internal static partial class OnnxReader
{
    private const int OldestOperatorSet = 7;

    /// <summary>Reads a file.</summary>
    /// <exception cref="OnnxException">It is damaged, or of operators before version 7.</exception>
    internal static OnnxModel Read(string path)
    {
        if (!File.Exists(path))
            throw new OnnxException($"There is no file '{path}'.");
        byte[] bytes;
        try
        {
            using var file = File.OpenRead(path);
            bytes = ReadBudget.Of(path, sentence => new OnnxException(sentence)).Read(file, file.Length, "its bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OnnxException($"{path} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
        try
        {
            return Model(bytes);
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or OverflowException or ArgumentException)
        {
            throw new OnnxException($"{path} is no ONNX file, or damaged ({e.Message.TrimEnd('.')}).", e);
        }
        catch (OnnxException e)
        {
            throw new OnnxException($"{path}: {e.Message}", e);
        }
    }

    internal static OnnxModel Model(ReadOnlyMemory<byte> bytes)
    {
        var operators = 0L;
        Field.Read(bytes, Field.Bytes(8, set => operators = OperatorSet(set) ?? operators));
        var model = Graph(GraphOf(bytes));
        if (operators < OldestOperatorSet)
            throw new OnnxException(
                $"its operators are of version {operators}; those from {OldestOperatorSet} on can be read."
            );
        return model with { Metadata = MetadataOf(bytes), Source = bytes };
    }

    /// <summary>The graph of a model; one that stands in several pieces is all of them.</summary>
    internal static ReadOnlyMemory<byte> GraphOf(ReadOnlyMemory<byte> model)
    {
        var graphs = new List<ReadOnlyMemory<byte>>();
        Field.Read(model, Field.Bytes(7, graphs.Add));
        return graphs switch
        {
            [] => throw new OnnxException("it holds no graph, so it is no ONNX file."),
            [var graph] => graph,
            _ => new Message().PutAll(graphs.SelectMany(Part.Of)).ToBytes(),
        };
    }

    internal static ImmutableSortedDictionary<string, string> MetadataOf(ReadOnlyMemory<byte> model)
    {
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>();
        Field.Read(model, Field.Bytes(14, entry => metadata[Entry(entry).Key] = Entry(entry).Value));
        return metadata.ToImmutable();
    }

    internal static string NameOf(ReadOnlyMemory<byte> graph)
    {
        var name = "";
        Field.Read(graph, Field.Text(2, text => name = text));
        return name;
    }

    private static OnnxModel Graph(ReadOnlyMemory<byte> bytes)
    {
        var nodes = ImmutableArray.CreateBuilder<OnnxNode>();
        var constants = ImmutableArray.CreateBuilder<OnnxTensor>();
        var inputs = ImmutableArray.CreateBuilder<OnnxValue>();
        var outputs = ImmutableArray.CreateBuilder<OnnxValue>();
        Field.Read(
            bytes,
            Field.Bytes(1, node => nodes.Add(Node(node))),
            Field.Bytes(5, tensor => constants.Add(Tensor(tensor))),
            Field.Bytes(11, value => inputs.Add(Value(value))),
            Field.Bytes(12, value => outputs.Add(Value(value))),
            Field.Bytes(13, value => Value(value)) // of values in between: not needed, but to be intact
        );
        return new()
        {
            Name = NameOf(bytes),
            Nodes = nodes.ToImmutable(),
            Constants = constants.ToImmutable(),
            Inputs = inputs.ToImmutable(),
            Outputs = outputs.ToImmutable(),
        };
    }

    internal static OnnxNode Node(ReadOnlyMemory<byte> bytes)
    {
        var (kind, name, domain) = ("", "", "");
        var inputs = ImmutableArray.CreateBuilder<string>();
        var outputs = ImmutableArray.CreateBuilder<string>();
        var attributes = ImmutableArray.CreateBuilder<(string, object)>();
        Field.Read(
            bytes,
            Field.Text(1, inputs.Add),
            Field.Text(2, outputs.Add),
            Field.Text(3, text => name = text),
            Field.Text(4, text => kind = text),
            Field.Bytes(5, attribute => attributes.Add(Attribute(attribute))),
            Field.Text(7, text => domain = text)
        );
        return outputs.Count > 0
            ? new OnnxNode(kind, name, inputs.ToImmutable(), outputs.ToImmutable(), attributes.ToImmutable())
            {
                Domain = domain,
                Source = bytes,
            }
            : throw new OnnxException($"the operator {kind} of node '{name}' makes nothing.");
    }

    // An input or output: a name and, two messages further in, the type and the sizes of a tensor.
    internal static OnnxValue Value(ReadOnlyMemory<byte> bytes)
    {
        var name = "";
        var type = 0L;
        var sizes = ImmutableArray.CreateBuilder<long>();
        Field.Read(
            bytes,
            Field.Text(1, text => name = text),
            Field.Bytes(
                2,
                kind =>
                    Field.Read(
                        kind,
                        Field.Bytes(
                            1,
                            tensor =>
                                Field.Read(
                                    tensor,
                                    Field.Integer(1, number => type = number),
                                    Field.Bytes(2, shape => Field.Read(shape, Field.Bytes(1, s => sizes.Add(Size(s)))))
                                )
                        )
                    )
            )
        );
        return new(name, (OnnxType)type, sizes.ToImmutable()) { Source = bytes };
    }

    private static long Size(ReadOnlyMemory<byte> bytes)
    {
        var size = 0L; // unless it has a number, it is whatever comes
        Field.Read(bytes, Field.Integer(1, number => size = number));
        return size;
    }

    private static long? OperatorSet(ReadOnlyMemory<byte> bytes)
    {
        var (domain, version) = ("", 0L);
        Field.Read(bytes, Field.Text(1, text => domain = text), Field.Integer(2, number => version = number));
        return domain is "" or "ai.onnx" ? version : null;
    }

    private static (string Key, string Value) Entry(ReadOnlyMemory<byte> bytes)
    {
        var (key, value) = ("", "");
        Field.Read(bytes, Field.Text(1, text => key = text), Field.Text(2, text => value = text));
        return (key, value);
    }
}
