using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// How much of a layer is small beside the largest of its kind in that layer: single weights, and whole filters with
/// their BatchNorm folded in (<see cref="FoldedCriterion"/>).
/// </summary>
/// <param name="Node">The layer.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="SmallWeights">Those below the threshold for weights.</param>
/// <param name="Filters">Its filters; 0 for the layer that makes the outputs, of which none can go.</param>
/// <param name="SmallFilters">Those below the threshold for filters.</param>
public sealed record LayerSparsity(string Node, long Weights, long SmallWeights, int Filters, int SmallFilters)
{
    /// <summary>Weights below this share of their layer's largest are small.</summary>
    public const double WeightThreshold = 0.01;

    /// <summary>Filters whose norm is below this share of their layer's largest are small.</summary>
    public const double FilterThreshold = 0.2;

    /// <summary>All layers that have weights.</summary>
    public static ImmutableArray<LayerSparsity> Of(Network network, Weights weights) =>
        [
            .. Layers(network)
                .Select(l => new LayerSparsity(
                    l.Node.Name,
                    l.Count,
                    Small(weights[l.Name], WeightThreshold).Count(s => s),
                    l.MakesOutputs ? 0 : network.Shapes[l.Node.Name].Channels,
                    l.MakesOutputs ? 0 : SmallOf(network, l.Name, weights).Count(s => s)
                )),
        ];

    /// <summary>A copy in which small weights are 0; the caller disposes it.</summary>
    public static Weights WithoutSmallWeights(Network network, Weights weights)
    {
        var result = weights.Copy();
        using var still = torch.no_grad();
        foreach (var layer in Layers(network))
        {
            using var size = result[layer.Name].abs();
            using var largest = size.max();
            using Scalar share = WeightThreshold;
            using var threshold = largest.mul(share);
            using var small = size.lt(threshold);
            using Scalar zero = 0;
            result[layer.Name].masked_fill_(small, zero);
        }
        return result;
    }

    /// <summary>
    /// A copy in which small filters hand on nothing but a shift: the weights of each are 0, and so is the scale of a
    /// BatchNorm behind it. The caller disposes it.
    /// </summary>
    public static Weights WithoutSmallFilters(Network network, Weights weights)
    {
        var result = weights.Copy();
        using var still = torch.no_grad();
        foreach (var layer in Layers(network).Where(l => !l.MakesOutputs))
        {
            bool[] small = SmallOf(network, layer.Name, weights);
            foreach (
                var scale in FoldedCriterion
                    .Behind(network, layer.Node.Name)
                    .Where(n => n.Layer.Statistics() is not null)
            )
                Clear(result[$"{scale.Owner}.weight"], small);
            Clear(result[layer.Name], small);
        }
        return result;
    }

    private static void Clear(torch.Tensor tensor, bool[] small)
    {
        for (var i = 0; i < small.Length; i++)
        {
            if (!small[i])
                continue;
            using var part = tensor[i];
            part.zero_();
        }
    }

    private static bool[] Small(torch.Tensor weight, double share) =>
        Small([.. Numbers.Read(weight).Select(Math.Abs)], share);

    private static bool[] SmallOf(Network network, string parameter, Weights weights) =>
        Small(FoldedCriterion.Norms(network, parameter, weights), FilterThreshold);

    private static bool[] Small(double[] sizes, double share)
    {
        var threshold = share * sizes.DefaultIfEmpty().Max();
        return [.. sizes.Select(s => s < threshold)];
    }

    // Those whose first axis is that of their filters.
    private static IEnumerable<(Node Node, string Name, long Count, bool MakesOutputs)> Layers(Network network) =>
        from p in network.Parameters()
        where p.Parameter is { Role: ParameterRole.Weight, OutputAxis: 0 }
        select (p.Node, p.Name, p.Parameter.Count, FoldedCriterion.IsOutput(network, p.Node.Name));
}
