using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>
/// A network as data: nodes in an order in which each reads only earlier ones, and the nodes whose values are its
/// outputs. Holds no tensor. Everything else (shapes, cost, channel groups, the trainable model, files) is derived from
/// it.
/// </summary>
public sealed record Network
{
    private readonly Dictionary<string, Node> _byName;

    /// <summary>A checked network.</summary>
    /// <exception cref="NetworkException">A name is doubled or unknown, or shapes do not fit; the message names the
    /// node.</exception>
    [JsonConstructor]
    public Network(string name, ImmutableArray<Node> nodes, ImmutableArray<string> outputs)
    {
        (Name, Nodes, Outputs) = (name, nodes.IsDefault ? [] : nodes, outputs.IsDefault ? [] : outputs);
        Shapes = NetworkShapes.Infer(this);
        _byName = Nodes.ToDictionary(n => n.Name);
    }

    /// <summary>What it is called, as in vgg16.</summary>
    public string Name { get; }

    /// <summary>All nodes, producers before consumers.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>The nodes whose values are the results.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>The shape of every node's output, by name.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, Shape> Shapes { get; }

    /// <summary>The nodes that the caller gives.</summary>
    [JsonIgnore]
    public IEnumerable<Node> Inputs => Nodes.Where(n => n.IsInput);

    /// <summary>The BatchNorms that have scales and statistics of their own.</summary>
    [JsonIgnore]
    public IEnumerable<Node> BatchNorms => Nodes.Where(n => n.Layer.Statistics() is not null && n.Shares is null);

    /// <summary>
    /// The nodes with scales of their own, and the names of these and of what is added to the scaled channels. What is
    /// a scale is said by the role of a layer's parameter and by nothing else.
    /// </summary>
    internal IEnumerable<(string Node, string Scale, string? Shift)> Scaled =>
        from p in Parameters()
        where p.Parameter.Role == ParameterRole.Scale
        let shift = p.Node.Layer.Parameters(InputShapes(p.Node)).FirstOrDefault(s => s.Role == ParameterRole.Shift)
        select (p.Node.Name, p.Name, shift is null ? null : $"{p.Node.Name}.{shift.Name}");

    /// <summary>
    /// The same network with the gains of all its GroupNorms as scales, or as none of them (<see
    /// cref="GroupNorm.GainsAreScales"/>).
    /// </summary>
    /// <param name="areScales">True for scales.</param>
    public Network WithGroupNormScales(bool areScales) =>
        new(Name, [.. Nodes.Select(n => n with { Layer = n.Layer.WithGainsAsScales(areScales) })], Outputs);

    /// <summary>The node of that name.</summary>
    /// <exception cref="NetworkException">There is none.</exception>
    public Node this[string name] =>
        _byName.GetValueOrDefault(name) ?? throw new NetworkException($"The network {Name} has no node '{name}'.");

    /// <summary>The shapes that a node reads.</summary>
    public Shape[] InputShapes(Node node) => [.. node.Inputs.Select(i => Shapes[i])];

    /// <summary>How a node's output channels relate to those of its inputs.</summary>
    public ChannelFlow FlowOf(Node node) => node.Layer.Flow(InputShapes(node));

    /// <summary>True if a node multiplies by weights.</summary>
    public bool HasWeights(Node node) =>
        node.Layer.Parameters(InputShapes(node)).Any(p => p.Role == ParameterRole.Weight);

    /// <summary>
    /// The part that computes the nodes <paramref name="to"/> from the values of the nodes <paramref name="from"/>: a
    /// network of its own, whose inputs and outputs have these nodes' names. Layers that share weights with one that is
    /// left out have them as their own.
    /// </summary>
    /// <exception cref="NetworkException">A node is unknown, or there is a way into it that does not pass <paramref
    /// name="from"/>.</exception>
    public Network Between(IReadOnlyCollection<string> from, IReadOnlyCollection<string> to) =>
        NetworkSection.Of(this, from, to);

    /// <summary>Every parameter and buffer with its full name, node.parameter.</summary>
    public IEnumerable<(string Name, Node Node, LayerParameter Parameter)> Parameters() =>
        from node in Nodes
        where node.Shares is null
        from parameter in node.Layer.Parameters(InputShapes(node))
        select ($"{node.Name}.{parameter.Name}", node, parameter);

    /// <inheritdoc/>
    public bool Equals(Network? other) =>
        other is not null
        && Name == other.Name
        && Nodes.AsSpan().SequenceEqual(other.Nodes.AsSpan())
        && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Nodes.Length);
}
