using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// What a filter has that no larger filter of its layer has: its distance from the nearest line through one of them.
/// A filter that is a multiple of another does nothing that the next layer could not take from that one.
/// </summary>
public sealed record NeighbourCriterion : FilterCriterion
{
    /// <inheritdoc/>
    protected override double[] Of(torch.Tensor filters)
    {
        using var turned = filters.t();
        using var product = filters.mm(turned);
        var (products, count) = (Numbers.Read(product), (int)filters.shape[0]);
        double Product(int a, int b) => products[a * count + b];
        double Distance(int one)
        {
            var (own, least) = (Product(one, one), Product(one, one));
            for (var other = 0; other < count; other++)
            {
                var size = Product(other, other);
                if (size > own || (size == own && size > 0 && other < one)) // of two alike, one stays
                    least = Math.Min(least, own - Product(one, other) * Product(one, other) / size);
            }
            return Math.Sqrt(Math.Max(least, 0));
        }
        return [.. Enumerable.Range(0, count).Select(Distance)];
    }
}
