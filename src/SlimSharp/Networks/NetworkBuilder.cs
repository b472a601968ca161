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

    /// <summary>
    /// Adds a node that computes as <paramref name="owner"/> does, with its parameters, on other inputs.
    /// </summary>
    public string Again(string name, string owner, params ReadOnlySpan<string> inputs)
    {
        var layer = _nodes.FirstOrDefault(n => n.Name == owner)?.Layer;
        _nodes.Add(
            new(
                name,
                layer ?? throw new NetworkException($"There is no node '{owner}' to share with."),
                [.. inputs],
                owner
            )
        );
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

    /// <summary>
    /// Adds squeeze-and-excitation (Hu, Shen and Sun, CVPR 2018): name.pool, name.squeeze, name.relu, name.excite,
    /// name.sigmoid and name, a factor in (0, 1) per channel.
    /// </summary>
    /// <param name="name">The product's name and the beginning of the others'.</param>
    /// <param name="input">An image.</param>
    /// <param name="channels">How many channels it has.</param>
    /// <param name="squeezed">Channels between the two linear layers.</param>
    public string SqueezeExcitation(string name, string input, int channels, int squeezed)
    {
        var s = Linear($"{name}.squeeze", GlobalAveragePool($"{name}.pool", input), squeezed);
        s = Linear($"{name}.excite", Activation($"{name}.relu", s), channels);
        return Multiply(name, input, Activation($"{name}.sigmoid", s, ActivationFunction.Sigmoid));
    }

    /// <summary>
    /// Adds a channel shuffle (Zhang et al., CVPR 2018): the channels of each group in turn, as a selection.
    /// </summary>
    public string Shuffle(string name, string input, int channels, int groups) =>
        Select(
            name,
            input,
            [.. Enumerable.Range(0, channels).Select(i => i % groups * (channels / groups) + i / groups)]
        );

    /// <summary>Adds a per-channel shift.</summary>
    public string Shift(string name, string input) => Node(name, new Shift(), input);

    /// <summary>Adds a fixed factor per channel.</summary>
    public string Factor(string name, string input) => Node(name, new Factor(), input);

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
