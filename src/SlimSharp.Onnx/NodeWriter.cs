using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>What the operators of one layer are written with.</summary>
public sealed class NodeWriter
{
    private readonly GraphBuilder _graph;
    private readonly Node _node;
    private readonly Func<string, double[]> _values;

    internal NodeWriter(GraphBuilder graph, Network network, Node node, string[] inputs, Func<string, double[]> values)
    {
        (_graph, _node, Inputs, _values) = (graph, node, inputs, values);
        (Reads, Makes) = (network.InputShapes(node), network.Shapes[node.Name]);
    }

    /// <summary>The names of the values that the layer reads, in order.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The name of the first value that it reads.</summary>
    public string Input => Inputs[0];

    /// <summary>The shapes that it reads.</summary>
    public IReadOnlyList<Shape> Reads { get; }

    /// <summary>The shape that it makes.</summary>
    public Shape Makes { get; }

    /// <summary>Adds an operator of the standard set 17, with one output, and returns the name of that.</summary>
    /// <param name="kind">As in "Sigmoid".</param>
    /// <param name="inputs">Names of values.</param>
    /// <param name="attributes">
    /// Whole numbers as long, others as float, texts as string, lists as arrays of these.
    /// </param>
    public string Add(string kind, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        _graph.Add(kind, $"{_node.Name}.{kind}", [.. inputs], attributes);

    /// <summary>The numbers of a parameter as a constant, and the name of that.</summary>
    /// <param name="name">Its name within the layer.</param>
    /// <param name="sizes">
    /// Its dimensions where they are to be others than it has, as 1×C×1×1 to be spread over an image.
    /// </param>
    public string Parameter(string name, params ReadOnlySpan<long> sizes)
    {
        var own = _node.Layer.Parameters(Reads).First(p => p.Name == name);
        float[] numbers = [.. _values($"{_node.Owner}.{name}").Select(v => (float)v)];
        return _graph.Constant($"{_node.Owner}.{name}", numbers, sizes.IsEmpty ? own.Sizes.AsSpan() : sizes);
    }

    /// <summary>
    /// The numbers of a parameter with one per channel, laid out so that they are spread over the positions of what the
    /// layer makes.
    /// </summary>
    public string PerChannel(string name) =>
        Makes.IsImage ? Parameter(name, Makes.Channels, 1, 1) : Parameter(name, Makes.Channels);

    /// <summary>A constant, and its name.</summary>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> sizes) =>
        _graph.Constant($"{_node.Name}.{name}", values, sizes);

    /// <summary>A vector of whole numbers, and its name.</summary>
    public string Constant(string name, params ReadOnlySpan<long> values) =>
        _graph.Constant($"{_node.Name}.{name}", values);
}
