using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// Uniformly random numbers, a function of the seed and the group: the control that any other must beat.
/// </summary>
/// <param name="Seed">The seed.</param>
public sealed record RandomCriterion(long Seed) : Criterion
{
    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var random = new Randomness(Seed, Randomness.Name("random criterion"), Randomness.Name(group.Name));
        var importance = new double[group.Units];
        for (var unit = 0; unit < importance.Length; unit++)
            importance[unit] = random.NextDouble();
        return importance;
    }
}
