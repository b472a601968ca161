using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// The standard deviation of a unit's values where they are read: what a removed channel takes along once its mean is
/// folded into the next layer (after Polyak and Wolf, IEEE Access 2015). Judges by <see cref="Activations"/>, so that
/// it needs images but no labels.
/// </summary>
public sealed record DeviationCriterion : Criterion
{
    internal const string Text = "deviation";

    /// <inheritdoc/>
    public override PlanReasonKind Missing => PlanReasonKind.NotMeasured;

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var read = subject.Measured<Activations>().Variances.Where(v => group.Channels.ContainsKey(v.Key)).ToArray();
        return read.Length == 0
            ? null
            :
            [
                .. Enumerable
                    .Range(0, group.Units)
                    .Select(unit =>
                        Reduce(
                            [.. read.Select(r => Math.Sqrt(group.Channels[r.Key][unit].Sum(c => r.Value[c])))],
                            reduction
                        )
                    ),
            ];
    }
}
