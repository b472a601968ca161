using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// GraSP (Wang, Zhang and Grosse, ICLR 2020): Σ θ·Hg over a filter, which tells what taking it away does to the flow of
/// gradients. The lowest go first; since that may be below zero, what is given is how far each is above a number
/// that none has less than. Judges by <see cref="CurvatureEffects"/>.
/// </summary>
public sealed record GraspCriterion : Criterion
{
    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var effects = subject.Measured<CurvatureEffects>();
        var floor = effects.Floor;
        return FilterMembers.Of(group, subject.Graph, effects.Sums) is { } units
            ? [.. units.Select(u => Reduce([.. u.Select(e => e - floor)], reduction))]
            : null;
    }
}
