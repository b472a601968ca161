using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace SlimSharp.Onnx;

/// <summary>Reads what <see cref="OnnxWriter"/> writes, and what other programs do; fields that are not needed are passed over.</summary>
internal static class OnnxReader
{
    private const int OldestOperatorSet = 7;
    private const int MaxRank = 8;

    /// <summary>Reads a file.</summary>
    /// <exception cref="OnnxException">It is damaged, or of operators before version 7.</exception>
    internal static OnnxModel Read(string path)
    {
        if (!File.Exists(path))
            throw new OnnxException($"There is no file '{path}'.");
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
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
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 7:
                        model = Graph(input.ReadBytes().ToByteArray());
                        break;
                    case 8:
                        var (domain, version) = OperatorSet(input.ReadBytes().ToByteArray());
                        operators = domain is "" or "ai.onnx" ? version : operators;
                        break;
                    case 14:
                        var (key, value) = Entry(input.ReadBytes().ToByteArray());
                        metadata[key] = value;
                        break;
                    default:
                        return false;
                }
                return true;
            }
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
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 1:
                        nodes.Add(Node(input.ReadBytes().ToByteArray()));
                        break;
                    case 2:
                        name = input.ReadString();
                        break;
                    case 5:
                        constants.Add(Tensor(input.ReadBytes().ToByteArray()));
                        break;
                    case 11:
                        inputs.Add(Value(input.ReadBytes().ToByteArray()));
                        break;
                    case 12:
                        outputs.Add(Value(input.ReadBytes().ToByteArray()));
                        break;
                    default:
                        return false;
                }
                return true;
            }
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
        var (kind, name) = ("", "");
        var inputs = ImmutableArray.CreateBuilder<string>();
        var outputs = ImmutableArray.CreateBuilder<string>();
        var attributes = ImmutableArray.CreateBuilder<(string, object)>();
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 1:
                        inputs.Add(input.ReadString());
                        break;
                    case 2:
                        outputs.Add(input.ReadString());
                        break;
                    case 3:
                        name = input.ReadString();
                        break;
                    case 4:
                        kind = input.ReadString();
                        break;
                    case 5:
                        attributes.Add(Attribute(input.ReadBytes().ToByteArray()));
                        break;
                    default:
                        return false;
                }
                return true;
            }
        );
        return outputs.Count > 0
            ? new(kind, name, inputs.ToImmutable(), outputs.ToImmutable(), attributes.ToImmutable())
            : throw new OnnxException($"the operator {kind} of node '{name}' makes nothing.");
    }

    private static (string Name, object Value) Attribute(byte[] bytes)
    {
        var name = "";
        object? value = null;
        var (floats, integers) = (new List<float>(), new List<long>());
        var kind = 0;
        Each(
            bytes,
            (field, wire, input) =>
            {
                switch (field)
                {
                    case 1:
                        name = input.ReadString();
                        break;
                    case 2:
                        value = input.ReadFloat();
                        break;
                    case 3:
                        value = input.ReadInt64();
                        break;
                    case 4:
                        value = input.ReadBytes().ToStringUtf8();
                        break;
                    case 5:
                        value = Tensor(input.ReadBytes().ToByteArray());
                        break;
                    case 7:
                        Packed(input, wire, i => floats.Add(i.ReadFloat()));
                        break;
                    case 8:
                        Packed(input, wire, i => integers.Add(i.ReadInt64()));
                        break;
                    case 20:
                        kind = input.ReadInt32();
                        break;
                    default:
                        return false;
                }
                return true;
            }
        );
        return (
            name,
            kind switch
            {
                6 => floats.ToArray(),
                7 => integers.ToArray(),
                _ => value ?? "",
            }
        );
    }

    private static OnnxTensor Tensor(byte[] bytes)
    {
        var name = "";
        var type = 0;
        var sizes = ImmutableArray.CreateBuilder<long>();
        byte[]? raw = null;
        var (floats, small, large) = (new List<float>(), new List<int>(), new List<long>());
        var isElsewhere = false;
        Each(
            bytes,
            (field, wire, input) =>
            {
                switch (field)
                {
                    case 1:
                        Packed(input, wire, i => sizes.Add(i.ReadInt64()));
                        break;
                    case 2:
                        type = input.ReadInt32();
                        break;
                    case 4:
                        Packed(input, wire, i => floats.Add(i.ReadFloat()));
                        break;
                    case 5:
                        Packed(input, wire, i => small.Add(i.ReadInt32()));
                        break;
                    case 7:
                        Packed(input, wire, i => large.Add(i.ReadInt64()));
                        break;
                    case 8:
                        name = input.ReadString();
                        break;
                    case 9:
                        raw = input.ReadBytes().ToByteArray();
                        break;
                    case 14:
                        isElsewhere = input.ReadInt32() == 1;
                        break;
                    default:
                        return false;
                }
                return true;
            }
        );
        if (isElsewhere)
            throw new OnnxException(
                $"the constant '{name}' lies in a file of its own, which is not read; save the model as one file."
            );
        var kind = (OnnxType)type;
        raw ??= kind switch
        {
            OnnxType.Float => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(floats)).ToArray(),
            OnnxType.Int64 => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(large)).ToArray(),
            OnnxType.Int32 => MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(small)).ToArray(),
            _ => [.. small.Select(s => (byte)s)],
        };
        var tensor = new OnnxTensor(name, kind, sizes.ToImmutable(), raw);
        return Fits(tensor)
            ? tensor
            : throw new OnnxException($"the constant '{name}' does not have as many elements as its shape says.");
    }

    // Types that are not known here are left to whoever meets them.
    private static bool Fits(OnnxTensor tensor)
    {
        var size = tensor.Type switch
        {
            OnnxType.Float or OnnxType.Int32 => 4,
            OnnxType.Int64 => 8,
            OnnxType.UInt8 or OnnxType.Int8 => 1,
            _ => 0,
        };
        if (tensor.Sizes.Length > MaxRank || tensor.Sizes.Any(s => s < 0 || s > tensor.Data.Length))
            return false;
        var count = tensor.Sizes.Aggregate(1L, (a, b) => checked(a * b));
        return size == 0 || count * size == tensor.Data.Length;
    }

    private static OnnxValue Value(byte[] bytes)
    {
        var name = "";
        var type = 0;
        var sizes = ImmutableArray.CreateBuilder<long>();
        Each(
            bytes,
            (field, input) =>
            {
                switch (field)
                {
                    case 1:
                        name = input.ReadString();
                        return true;
                    case 2: // TypeProto, whose first field is a tensor's type and shape
                        Each(
                            input.ReadBytes().ToByteArray(),
                            (inner, t) => inner == 1 && Each(t.ReadBytes().ToByteArray(), TensorType)
                        );
                        return true;
                    default:
                        return false;
                }
            }
        );
        return new(name, (OnnxType)type, sizes.ToImmutable());

        bool TensorType(int field, CodedInputStream input)
        {
            switch (field)
            {
                case 1:
                    type = input.ReadInt32();
                    return true;
                case 2:
                    return Each(
                        input.ReadBytes().ToByteArray(),
                        (inner, s) => inner == 1 && Size(s.ReadBytes().ToByteArray())
                    );
                default:
                    return false;
            }
        }

        bool Size(byte[] dimension)
        {
            var size = 0L;
            Each(
                dimension,
                (field, input) =>
                {
                    if (field != 1)
                        return false;
                    size = input.ReadInt64();
                    return true;
                }
            );
            sizes.Add(size);
            return true;
        }
    }

    private static (string Domain, long Version) OperatorSet(byte[] bytes)
    {
        var (domain, version) = ("", 0L);
        Each(
            bytes,
            (field, input) =>
            {
                if (field == 1)
                    domain = input.ReadString();
                else if (field == 2)
                    version = input.ReadInt64();
                return field is 1 or 2;
            }
        );
        return (domain, version);
    }

    private static (string Key, string Value) Entry(byte[] bytes)
    {
        var (key, value) = ("", "");
        Each(
            bytes,
            (field, input) =>
            {
                if (field == 1)
                    key = input.ReadString();
                else if (field == 2)
                    value = input.ReadString();
                return field is 1 or 2;
            }
        );
        return (key, value);
    }

    // Goes through the fields of a message; those that are not taken are passed over.
    private static bool Each(byte[] bytes, Func<int, CodedInputStream, bool> take) =>
        Each(bytes, (field, _, input) => take(field, input));

    private static bool Each(byte[] bytes, Func<int, WireFormat.WireType, CodedInputStream, bool> take)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag && tag != 0)
        {
            if (!take(WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag), input))
                input.SkipLastField();
        }
        return true;
    }

    // Repeated numbers stand in one field or in many.
    private static void Packed(CodedInputStream input, WireFormat.WireType wire, Action<CodedInputStream> read)
    {
        if (wire != WireFormat.WireType.LengthDelimited)
        {
            read(input);
            return;
        }
        var inner = input.ReadBytes().ToByteArray();
        using var values = new CodedInputStream(inner);
        while (!values.IsAtEnd)
            read(values);
    }
}
