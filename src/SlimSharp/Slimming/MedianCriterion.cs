using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// The filter's Euclidean distances to all others of its layer, summed: near the geometric median a filter is what the
/// others can replace (He et al., CVPR 2019).
/// </summary>
public sealed record MedianCriterion : FilterCriterion
{
    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters)
    {
        var sums = new double[filters.shape[0]];
        for (var i = 0; i < sums.Length; i++)
        {
            using var scope = torch.NewDisposeScope();
            var difference = filters.sub(filters[i]);
            sums[i] = Numbers.Single(difference.mul(difference).sum(1).sqrt().sum());
        }
        return sums;
    }
}
