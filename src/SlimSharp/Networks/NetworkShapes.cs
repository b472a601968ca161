namespace SlimSharp.Networks;

/// <summary>Shape inference, which is also the check that a network can be.</summary>
internal static class NetworkShapes
{
    private const string TooLarge = "has sizes whose product is larger than can be counted";

    internal static Dictionary<string, Shape> Infer(Network network)
    {
        var (shapes, owners) = (new Dictionary<string, Shape>(), new Dictionary<string, Node>());
        var total = 0L;
        foreach (var node in network.Nodes)
        {
            if (string.IsNullOrWhiteSpace(node.Name))
                throw new NetworkException("A node has no name.");
            if (shapes.ContainsKey(node.Name))
                throw new NetworkException($"The name '{node.Name}' stands for two nodes.");
            shapes[node.Name] = Output(node, owners, shapes, ref total);
            if (node.Shares is null)
                owners[node.Name] = node;
        }
        if (network.Outputs.Length == 0)
            throw new NetworkException($"The network {network.Name} has no output.");
        if (network.Outputs.FirstOrDefault(o => !shapes.ContainsKey(o)) is { } missing)
            throw new NetworkException($"The output '{missing}' is not a node of the network {network.Name}.");
        if (network.Outputs.GroupBy(o => o).FirstOrDefault(o => o.Count() > 1) is { } twice)
            throw new NetworkException($"The network {network.Name} names its output '{twice.Key}' twice.");
        return shapes;
    }

    private static Shape Output(
        Node node,
        Dictionary<string, Node> owners,
        Dictionary<string, Shape> shapes,
        ref long total
    )
    {
        var kind = node.Layer.GetType().Name;
        if (node.Inputs.FirstOrDefault(i => !shapes.ContainsKey(i)) is { } unknown)
            throw new NetworkException($"{kind} '{node.Name}' reads '{unknown}', which no earlier node is called.");
        if (node.Inputs.Length < node.Layer.MinInputs || node.Inputs.Length > node.Layer.MaxInputs)
            throw new NetworkException(
                $"{kind} '{node.Name}' has {node.Inputs.Length} inputs, but takes {Arity(node.Layer)}."
            );
        try
        {
            Shape[] inputs = [.. node.Inputs.Select(i => shapes[i])];
            if (node.Shares is { } owner)
                CheckSharing(node, inputs, owner, owners, shapes);
            return Checked(node.Layer, inputs, ref total);
        }
        catch (NetworkException e)
        {
            throw new NetworkException($"{kind} '{node.Name}' {e.Message}.");
        }
    }

    private static void CheckSharing(
        Node node,
        Shape[] inputs,
        string owner,
        Dictionary<string, Node> owners,
        Dictionary<string, Shape> shapes
    )
    {
        if (!owners.TryGetValue(owner, out var other))
            throw new NetworkException(
                $"shares parameters with '{owner}', which no earlier node with parameters of its own is called"
            );
        Shape[] read = [.. other.Inputs.Select(i => shapes[i])];
        IEnumerable<long> Sizes(Shape[] of) => node.Layer.Parameters(of).SelectMany(p => p.Sizes);
        if (
            !other.Layer.Equals(node.Layer)
            || !read.Select(s => s.Channels).SequenceEqual(inputs.Select(i => i.Channels))
        )
            throw new NetworkException(
                $"shares parameters with '{owner}', which is another layer or reads other channels"
            );
        if (!Sizes(read).SequenceEqual(Sizes(inputs)))
            throw new NetworkException(
                $"shares parameters with '{owner}', which reads as many channels but other tokens"
            );
    }

    /// <summary>
    /// The shape of a layer's output, after checking that what is counted of it, its values, parameters and operations,
    /// can be counted.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">The shapes that it reads.</param>
    /// <param name="total">Parameters and operations of the layers so far; those of this one are added.</param>
    /// <exception cref="NetworkException">
    /// The layer refuses its inputs, or sizes are out of range; the message is the rest of a sentence.
    /// </exception>
    internal static Shape Checked(Layer layer, IReadOnlyList<Shape> inputs, ref long total)
    {
        try
        {
            var shape = layer.Output(inputs);
            if (!shape.IsPossible)
                throw new NetworkException($"has the impossible shape {shape}");
            if (shape.Count > int.MaxValue)
                throw new NetworkException(
                    $"makes {shape} numbers of a sample, more than the {int.MaxValue} that can be"
                );
            CheckParameters(layer, inputs);
            total = checked(total + layer.PublishedFlops(inputs) + layer.Parameters(inputs).Sum(p => p.Count));
            return shape;
        }
        catch (OverflowException)
        {
            throw new NetworkException(TooLarge);
        }
    }

    // Kinds of others' may state what cannot be.
    private static void CheckParameters(Layer layer, IReadOnlyList<Shape> inputs)
    {
        var parameters = layer.Parameters(inputs);
        foreach (var parameter in parameters)
        {
            var (name, _, sizes, _, output, input, port) = parameter;
            if (parameters.Count(p => p.Name == name) > 1)
                throw new NetworkException($"states two parameters called '{name}'");
            if (sizes.IsDefault || sizes.Any(s => s < 1))
                throw new NetworkException($"states a parameter '{name}' without numbers");
            if (output is < 0 || output >= sizes.Length || input is < 0 || input >= sizes.Length)
                throw new NetworkException($"states channels along an axis that its parameter '{name}' does not have");
            if (input is not null && (port < 0 || port >= inputs.Count))
                throw new NetworkException(
                    $"states that its parameter '{name}' follows input {port}, which it does not have"
                );
            foreach (var (axis, sequence) in parameter.TokenAxes)
            {
                if (axis < 0 || axis >= sizes.Length || axis == output || axis == input)
                    throw new NetworkException(
                        $"states that tokens lie along an axis that its parameter '{name}' does not have, or has for channels"
                    );
                if (sequence < 0 || sequence >= inputs.Count || inputs[sequence].Tokens != sizes[axis])
                    throw new NetworkException(
                        $"states that its parameter '{name}' follows the tokens of input {sequence}, of which there are not {sizes[axis]}"
                    );
            }
        }
    }

    private static string Arity(Layer layer) =>
        layer.MinInputs == layer.MaxInputs ? $"{layer.MinInputs}"
        : layer.MaxInputs == int.MaxValue ? $"{layer.MinInputs} or more"
        : $"{layer.MinInputs} to {layer.MaxInputs}";
}
