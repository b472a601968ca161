using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>
/// Writes a network down line by line. Each method adds a node and returns its name, to be read by later ones:
/// <code>
/// var b = new NetworkBuilder("tiny", new Shape(3, 32, 32));
/// var x = b.ConvBnRelu("block1", b.Input, 16);
/// x = b.Linear("classifier", b.GlobalAveragePool("pool", x), 10);
/// Network network = b.Build(x);
/// </code>
/// </summary>
public sealed class NetworkBuilder
{
    private readonly string _name;
    private readonly List<Node> _nodes = [];

    /// <summary>Begins a network with one input, called "input".</summary>
    public NetworkBuilder(string name, Shape input)
    {
        _name = name;
        Input = Node("input", new Input(input));
    }

    /// <summary>The name of the first input.</summary>
    public string Input { get; }

    /// <summary>Adds any layer.</summary>
    public string Node(string name, Layer layer, params ReadOnlySpan<string> inputs)
    {
        _nodes.Add(new(name, layer, [.. inputs]));
        return name;
    }

    /// <summary>Adds a k×k convolution without bias, by default keeping height and width.</summary>
    public string Convolution(
        string name,
        string input,
        int channels,
        int kernel = 3,
        int stride = 1,
        int? padding = null,
        int groups = 1
    ) =>
        Node(
            name,
            new Convolution(channels, kernel)
            {
                Stride = stride,
                Padding = padding ?? kernel / 2,
                Groups = groups,
            },
            input
        );

    /// <summary>Adds a BatchNorm.</summary>
    public string BatchNorm(string name, string input) => Node(name, new BatchNorm(), input);

    /// <summary>Adds an activation, by default ReLU.</summary>
    public string Activation(string name, string input, ActivationFunction function = ActivationFunction.Relu) =>
        Node(name, new Activation(function), input);

    /// <summary>Adds name.conv, name.bn and name.relu.</summary>
    public string ConvBnRelu(string name, string input, int channels, int kernel = 3, int stride = 1, int groups = 1) =>
        Activation(
            $"{name}.relu",
            BatchNorm($"{name}.bn", Convolution($"{name}.conv", input, channels, kernel, stride, groups: groups))
        );

    /// <summary>Adds max pooling without overlap.</summary>
    public string MaxPool(string name, string input, int kernel = 2) => Node(name, new MaxPool(kernel), input);

    /// <summary>Adds average pooling without overlap.</summary>
    public string AveragePool(string name, string input, int kernel = 2) => Node(name, new AveragePool(kernel), input);

    /// <summary>Adds global average pooling.</summary>
    public string GlobalAveragePool(string name, string input) => Node(name, new GlobalAveragePool(), input);

    /// <summary>Adds a sum.</summary>
    public string Add(string name, params ReadOnlySpan<string> inputs) => Node(name, new Add(), inputs);

    /// <summary>Adds a product.</summary>
    public string Multiply(string name, string a, string b) => Node(name, new Multiply(), a, b);

    /// <summary>Adds a concatenation.</summary>
    public string Concat(string name, params ReadOnlySpan<string> inputs) => Node(name, new Concat(), inputs);

    /// <summary>Adds a selection of channels.</summary>
    public string Select(string name, string input, params ImmutableArray<int> indices) =>
        Node(name, new Select(indices), input);

    /// <summary>Adds a per-channel shift.</summary>
    public string Shift(string name, string input) => Node(name, new Shift(), input);

    /// <summary>Adds flattening.</summary>
    public string Flatten(string name, string input) => Node(name, new Flatten(), input);

    /// <summary>Adds a linear layer with bias.</summary>
    public string Linear(string name, string input, int channels, double? initialDeviation = null) =>
        Node(name, new Linear(channels) { InitialDeviation = initialDeviation }, input);

    /// <summary>Adds dropout.</summary>
    public string Dropout(string name, string input, double share) => Node(name, new Dropout(share), input);

    /// <summary>The network with these outputs.</summary>
    /// <exception cref="NetworkException">It cannot be; the message names the node.</exception>
    public Network Build(params ReadOnlySpan<string> outputs) => new(_name, [.. _nodes], [.. outputs]);
}
