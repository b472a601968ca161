using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// The squared first-order change of the mean loss without the filters that make a unit, all their weights and biases
/// summed before squaring: what Fisher pruning is in OrthoReg (Lubana et al., arXiv 2009.05014). Judges by
/// <see cref="ParameterEffects"/>.
/// </summary>
public sealed record GroupFisherCriterion : Criterion
{
    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    ) =>
        FilterMembers.Of(group, subject.Graph, subject.Measured<ParameterEffects>().Sums) is { } units
            ? [.. units.Select(u => u.Sum()).Select(s => s * s)] // coupled filters go together
            : null;
}
