namespace SlimSharp.Onnx;

/// <summary>
/// Writes a model as the protocol buffer that onnx.proto describes: ModelProto, GraphProto, NodeProto, AttributeProto,
/// TensorProto, ValueInfoProto. The numbers are those of its fields. What was read from a file is written as it stood
/// there but for the fields that have changed since.
/// </summary>
internal static class OnnxWriter
{
    private const int Version = 8; // of the format, the first with this operator set
    private const string Batch = "batch";

    internal static ReadOnlyMemory<byte> Write(OnnxModel model)
    {
        if (model.Source is not { } source)
        {
            return new Message()
                .Put(1, Version)
                .Put(2, "SlimSharp")
                .Put(3, typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3))
                .Put(7, Graph(model))
                .Put(8, new Message().Put(1, "").Put(2, OnnxModel.OperatorSet))
                .PutAll(14, model.Metadata, Entry)
                .ToBytes();
        }
        var graph = OnnxReader.GraphOf(source);
        var read = new Message().Put(7, graph).PutAll(14, OnnxReader.MetadataOf(source), Entry);
        return new Message()
            .Put(7, Graph(model).Over(graph, GraphAsRead(graph)))
            .PutAll(14, model.Metadata, Entry)
            .Over(source, read);
    }

    private static Message Graph(OnnxModel model) =>
        new Message()
            .PutAll(1, model.Nodes, Node)
            .Put(2, model.Name)
            .PutAll(5, model.Constants, Tensor)
            .PutAll(11, model.Inputs, Value)
            .PutAll(12, model.Outputs, Value);

    private static Message GraphAsRead(ReadOnlyMemory<byte> graph) =>
        new Message()
            .PutAll(Part.Of(graph).Where(p => p.Number is 1 or 5 or 11 or 12))
            .Put(2, OnnxReader.NameOf(graph));

    private static ReadOnlyMemory<byte> Entry(KeyValuePair<string, string> entry) =>
        new Message().Put(1, entry.Key).Put(2, entry.Value).ToBytes();

    private static ReadOnlyMemory<byte> Node(OnnxNode node)
    {
        if (node.Source is not { } source)
            return Node(node, node.Attributes.Select(a => AttributeWriter.Write(a.Name, a.Value))).ToBytes();
        ReadOnlyMemory<byte>[] attributes = [.. Part.Of(source).Where(p => p.Number == 5).Select(p => p.Content)];
        return Node(node, AttributeWriter.Over(attributes, node.Attributes))
            .Over(source, Node(OnnxReader.Node(source), attributes));
    }

    private static Message Node(OnnxNode node, IEnumerable<ReadOnlyMemory<byte>> attributes)
    {
        var message = new Message()
            .PutAll(1, node.Inputs)
            .PutAll(2, node.Outputs)
            .Put(3, node.Name)
            .Put(4, node.Operator)
            .PutAll(5, attributes, a => a);
        return node.Domain.Length > 0 ? message.Put(7, node.Domain) : message;
    }

    internal static ReadOnlyMemory<byte> Tensor(OnnxTensor tensor) =>
        tensor.Source is { } source
            ? Fields(tensor).Over(source, Fields(OnnxReader.Tensor(source)), 2, 4, 5, 6, 7, 9, 10, 11)
            : Fields(tensor).ToBytes();

    private static Message Fields(OnnxTensor tensor) =>
        new Message().PutAll(1, tensor.Sizes).Put(2, (long)tensor.Type).Put(8, tensor.Name).Put(9, tensor.Data);

    private static ReadOnlyMemory<byte> Value(OnnxValue value) =>
        value.Source is { } source
            ? Fields(value).Over(source, Fields(OnnxReader.Value(source)))
            : Fields(value).ToBytes();

    private static Message Fields(OnnxValue value)
    {
        var shape = new Message().PutAll(
            1,
            value.Sizes,
            size => (size == 0 ? new Message().Put(2, Batch) : new Message().Put(1, size)).ToBytes()
        );
        return new Message()
            .Put(1, value.Name)
            .Put(2, new Message().Put(1, new Message().Put(1, (long)value.Type).Put(2, shape)));
    }
}
