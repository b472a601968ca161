using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>The l1 or l2 norm of the filter (Li et al., ICLR 2017).</summary>
/// <param name="Power">1 or 2.</param>
public sealed record MagnitudeCriterion(int Power) : FilterCriterion
{
    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters)
    {
        using var size = Power == 1 ? filters.abs() : filters.mul(filters);
        using var sum = size.sum(1);
        var sums = Numbers.Read(sum);
        return Power == 1 ? sums : [.. sums.Select(Math.Sqrt)];
    }
}
