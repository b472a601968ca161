using System.Collections.Immutable;
using Google.Protobuf;

namespace SlimSharp.Onnx;

/// <summary>Reads what <see cref="OnnxWriter"/> writes, and what other programs do; fields that are not needed are passed over.</summary>
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

    private static OnnxModel Model(byte[] bytes)
    {
        OnnxModel? model = null;
        var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>();
        var operators = 0L;
        Field.Read(
            bytes,
            Field.Bytes(7, graph => model = Graph(graph)),
            Field.Bytes(8, set => operators = OperatorSet(set) ?? operators),
            Field.Bytes(14, entry => metadata[Entry(entry).Key] = Entry(entry).Value)
        );
        if (model is null)
            throw new OnnxException("it holds no graph, so it is no ONNX file.");
        if (operators < OldestOperatorSet)
            throw new OnnxException(
                $"its operators are of version {operators}; those from {OldestOperatorSet} on can be read."
            );
        return model with { Metadata = metadata.ToImmutable() };
    }

    private static OnnxModel Graph(byte[] bytes)
    {
        var name = "";
        var nodes = ImmutableArray.CreateBuilder<OnnxNode>();
        var constants = ImmutableArray.CreateBuilder<OnnxTensor>();
        var inputs = ImmutableArray.CreateBuilder<OnnxValue>();
        var outputs = ImmutableArray.CreateBuilder<OnnxValue>();
        Field.Read(
            bytes,
            Field.Bytes(1, node => nodes.Add(Node(node))),
            Field.Text(2, text => name = text),
            Field.Bytes(5, tensor => constants.Add(Tensor(tensor))),
            Field.Bytes(11, value => inputs.Add(Value(value))),
            Field.Bytes(12, value => outputs.Add(Value(value))),
            Field.Bytes(13, value => Value(value)) // of values in between: not needed, but to be intact
        );
        return new()
        {
            Name = name,
            Nodes = nodes.ToImmutable(),
            Constants = constants.ToImmutable(),
            Inputs = inputs.ToImmutable(),
            Outputs = outputs.ToImmutable(),
        };
    }

    private static OnnxNode Node(byte[] bytes)
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
            }
            : throw new OnnxException($"the operator {kind} of node '{name}' makes nothing.");
    }

    private static (string Name, object Value) Attribute(byte[] bytes)
    {
        const int Float = 1;
        const int Integer = 2;
        const int Floats = 6;
        const int Integers = 7;
        var name = "";
        object value = "";
        var (floats, integers) = (new List<float>(), new List<long>());
        var kind = 0L;
        Field.Read(
            bytes,
            Field.Text(1, text => name = text),
            Field.Float(2, number => value = number),
            Field.Integer(3, number => value = number),
            Field.Text(4, text => value = text),
            Field.Bytes(5, tensor => value = Tensor(tensor)),
            Field.Floats(7, floats.Add),
            Field.Integers(8, integers.Add),
            Field.Integer(20, number => kind = number)
        );
        return kind switch
        {
            Floats => (name, floats.ToArray()),
            Integers => (name, integers.ToArray()),
            Float when value is not float => (name, 0f), // some leave zeros out
            Integer when value is not long => (name, 0L),
            _ => (name, value),
        };
    }

    // An input or output: a name and, two messages further in, the type and the sizes of a tensor.
    private static OnnxValue Value(byte[] bytes)
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
        return new(name, (OnnxType)type, sizes.ToImmutable());
    }

    private static long Size(byte[] bytes)
    {
        var size = 0L; // unless it has a number, it is whatever comes
        Field.Read(bytes, Field.Integer(1, number => size = number));
        return size;
    }

    private static long? OperatorSet(byte[] bytes)
    {
        var (domain, version) = ("", 0L);
        Field.Read(bytes, Field.Text(1, text => domain = text), Field.Integer(2, number => version = number));
        return domain is "" or "ai.onnx" ? version : null;
    }

    private static (string Key, string Value) Entry(byte[] bytes)
    {
        var (key, value) = ("", "");
        Field.Read(bytes, Field.Text(1, text => key = text), Field.Text(2, text => value = text));
        return (key, value);
    }
}
