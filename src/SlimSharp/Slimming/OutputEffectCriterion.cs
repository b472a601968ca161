using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// How much the probabilities of classes follow the weights and biases of a filter, called RDT in OrthoReg's released
/// code. Judges by <see cref="OutputEffects"/>, so that it needs images but no labels.
/// </summary>
public sealed record OutputEffectCriterion : Criterion
{
    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    ) =>
        FilterMembers.Of(group, subject.Graph, subject.Measured<OutputEffects>().Sums) is { } units
            ? [.. units.Select(u => Reduce(u, reduction))]
            : null;
}
