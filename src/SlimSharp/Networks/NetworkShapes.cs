using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Shape inference, which is also the check that a network can be.</summary>
internal static class NetworkShapes
{
    internal static Dictionary<string, Shape> Infer(Network network)
    {
        var shapes = new Dictionary<string, Shape>();
        foreach (var node in network.Nodes)
        {
            if (string.IsNullOrWhiteSpace(node.Name))
                throw new NetworkException("A node has no name.");
            if (shapes.ContainsKey(node.Name))
                throw new NetworkException($"The name '{node.Name}' stands for two nodes.");
            shapes[node.Name] = Output(node, network.Nodes, shapes);
        }
        if (network.Outputs.Length == 0)
            throw new NetworkException($"The network {network.Name} has no output.");
        if (network.Outputs.FirstOrDefault(o => !shapes.ContainsKey(o)) is { } missing)
            throw new NetworkException($"The output '{missing}' is not a node of the network {network.Name}.");
        return shapes;
    }

    private static Shape Output(Node node, ImmutableArray<Node> nodes, Dictionary<string, Shape> shapes)
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
                CheckSharing(node, inputs, owner, nodes, shapes);
            return node.Layer.Output(inputs);
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
        ImmutableArray<Node> nodes,
        Dictionary<string, Shape> shapes
    )
    {
        var other = nodes.TakeWhile(n => n != node).FirstOrDefault(n => n.Name == owner && n.Shares is null);
        if (other is null)
            throw new NetworkException(
                $"shares parameters with '{owner}', which no earlier node with parameters of its own is called"
            );
        if (!other.Layer.Equals(node.Layer) || shapes[other.Inputs[0]].Channels != inputs[0].Channels)
            throw new NetworkException(
                $"shares parameters with '{owner}', which is another layer or reads other channels"
            );
    }

    private static string Arity(Layer layer) =>
        layer.MinInputs == layer.MaxInputs ? $"{layer.MinInputs}"
        : layer.MaxInputs == int.MaxValue ? $"{layer.MinInputs} or more"
        : $"{layer.MinInputs} to {layer.MaxInputs}";
}
