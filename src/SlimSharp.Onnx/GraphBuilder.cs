using System.Collections.Immutable;

namespace SlimSharp.Onnx;

/// <summary>Operators and constants of a graph that is being made.</summary>
internal sealed class GraphBuilder
{
    private readonly HashSet<string> _names = [];
    private readonly ImmutableArray<OnnxNode>.Builder _nodes = ImmutableArray.CreateBuilder<OnnxNode>();
    private readonly ImmutableArray<OnnxTensor>.Builder _constants = ImmutableArray.CreateBuilder<OnnxTensor>();

    internal ImmutableArray<OnnxNode> Nodes => _nodes.ToImmutable();

    internal ImmutableArray<OnnxTensor> Constants => _constants.ToImmutable();

    /// <summary>Adds an operator with one output, and returns that.</summary>
    internal string Add(string kind, string output, string[] inputs, params (string Name, object Value)[] attributes)
    {
        output = Free(output);
        _nodes.Add(new(kind, output, [.. inputs], [output], [.. attributes]));
        return output;
    }

    /// <summary>Adds a constant of this shape, unless it is there.</summary>
    internal string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> sizes) =>
        Constant(OnnxTensor.Of(name, values, sizes));

    /// <summary>Adds a vector of integers.</summary>
    internal string Constant(string name, params ReadOnlySpan<long> values) =>
        Constant(OnnxTensor.Of(name, values, values.Length));

    /// <summary>A name that nothing has yet.</summary>
    internal string Free(string name)
    {
        var free = name;
        for (var i = 2; !_names.Add(free); i++)
            free = $"{name}.{i}";
        return free;
    }

    /// <summary>Adds a constant, unless it is there: layers that share parameters share constants, too.</summary>
    internal string Constant(OnnxTensor tensor)
    {
        foreach (var other in _constants)
        {
            if (
                other.Name == tensor.Name
                && other.Sizes.SequenceEqual(tensor.Sizes)
                && other.Data.Span.SequenceEqual(tensor.Data.Span)
            )
                return other.Name;
        }
        tensor = tensor with { Name = Free(tensor.Name) };
        _constants.Add(tensor);
        return tensor.Name;
    }
}
