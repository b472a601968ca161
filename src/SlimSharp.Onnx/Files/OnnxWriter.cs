namespace SlimSharp.Onnx;

/// <summary>
/// Writes a model as the protocol buffer that onnx.proto describes: ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto. The numbers are those
/// of its fields.
/// </summary>
internal static class OnnxWriter
{
    private const int Version = 8; // of the format, the first with this operator set
    private const string Batch = "batch";

    internal static byte[] Write(OnnxModel model) =>
        new Message()
            .Put(1, Version)
            .Put(2, "SlimSharp")
            .Put(3, typeof(OnnxWriter).Assembly.GetName().Version!.ToString(3))
            .Put(7, Graph(model))
            .Put(8, new Message().Put(1, "").Put(2, OnnxModel.OperatorSet))
            .PutAll(14, model.Metadata, entry => new Message().Put(1, entry.Key).Put(2, entry.Value))
            .ToBytes();

    private static Message Graph(OnnxModel model) =>
        new Message()
            .PutAll(1, model.Nodes, Node)
            .Put(2, model.Name)
            .PutAll(5, model.Constants, Tensor)
            .PutAll(11, model.Inputs, Value)
            .PutAll(12, model.Outputs, Value);

    private static Message Node(OnnxNode node) =>
        new Message()
            .PutAll(1, node.Inputs)
            .PutAll(2, node.Outputs)
            .Put(3, node.Name)
            .Put(4, node.Operator)
            .PutAll(5, node.Attributes, a => Attribute(a.Name, a.Value));

    private static Message Attribute(string name, object value)
    {
        var message = new Message().Put(1, name);
        return value switch
        {
            float number => message.Put(2, number).Put(20, 1),
            long number => message.Put(3, number).Put(20, 2),
            string text => message.Put(4, text).Put(20, 3),
            float[] numbers => message.PutAll(7, numbers).Put(20, 6),
            long[] numbers => message.PutAll(8, numbers).Put(20, 7),
            _ => throw new InvalidOperationException($"The attribute '{name}' is of type {value.GetType()}."),
        };
    }

    private static Message Tensor(OnnxTensor tensor) =>
        new Message().PutAll(1, tensor.Sizes).Put(2, (long)tensor.Type).Put(8, tensor.Name).Put(9, tensor.Data.Span);

    private static Message Value(OnnxValue value)
    {
        var shape = new Message().PutAll(
            1,
            value.Sizes,
            size => size == 0 ? new Message().Put(2, Batch) : new Message().Put(1, size)
        );
        return new Message()
            .Put(1, value.Name)
            .Put(2, new Message().Put(1, new Message().Put(1, (long)value.Type).Put(2, shape)));
    }
}
