namespace SlimSharp.Onnx;

/// <summary>An operator that is being read: its attributes with their defaults.</summary>
internal sealed record ImportNode(OnnxNode Node)
{
    internal string Output => Node.Outputs[0];

    internal long Integer(string name, long fallback) => Attribute(name) is long value ? value : fallback;

    internal double Number(string name, double fallback) => Attribute(name) is float value ? value : fallback;

    internal string Word(string name, string fallback) => Attribute(name) is string value ? value : fallback;

    /// <summary>As many as <paramref name="fallback"/> has, if it has any.</summary>
    internal int[] Integers(string name, params int[] fallback)
    {
        if (Attribute(name) is not long[] values)
            return fallback;
        return fallback.Length == 0 || values.Length == fallback.Length
            ? [.. values.Select(v => checked((int)v))]
            : throw Refuse($"has {values.Length} numbers as its {name}, not {fallback.Length}");
    }

    internal OnnxTensor? Tensor(string name) => Attribute(name) as OnnxTensor;

    /// <summary>An input's name; null if it was left out.</summary>
    internal string? Input(int index) =>
        index < Node.Inputs.Length && Node.Inputs[index] is { Length: > 0 } name ? name : null;

    internal OnnxException Refuse(string why) =>
        new($"the operator {Node.Operator} of node '{(Node.Name.Length > 0 ? Node.Name : Output)}' {why}.");

    private object? Attribute(string name) => Node.Attributes.FirstOrDefault(a => a.Name == name).Value;
}
