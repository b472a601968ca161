namespace SlimSharp.Networks;

/// <summary>What a network costs, counted from its description.</summary>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Macs">Multiply-adds per sample of convolutions and linear layers.</param>
/// <param name="PublishedFlops">
/// Operations per sample in the convention of the network-slimming papers (<see cref="Layer.PublishedFlops"/>).
/// </param>
/// <param name="Scales">Scales, what a global pruning ratio is a share of.</param>
public sealed record NetworkCost(long Parameters, long Macs, long PublishedFlops, long Scales)
{
    /// <summary>Counts a network.</summary>
    public static NetworkCost Of(Network network)
    {
        var parameters = network.Parameters().Select(p => p.Parameter).ToArray();
        return new(
            parameters.Where(p => p.IsTrained).Sum(p => p.Count),
            network.Nodes.Sum(n => n.Layer.Macs(network.InputShapes(n))),
            network.Nodes.Sum(n => n.Layer.PublishedFlops(network.InputShapes(n))),
            parameters.Where(p => p.Role == ParameterRole.Scale).Sum(p => p.Count)
        );
    }
}
