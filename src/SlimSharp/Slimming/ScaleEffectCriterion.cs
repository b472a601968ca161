using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// The squared first-order change of the mean loss without the BatchNorm scales and shifts of a unit, summed before
/// squaring (Molchanov et al., CVPR 2019). Judges by <see cref="ParameterEffects"/>.
/// </summary>
/// <param name="ScalesOnly">Without the shifts, as OrthoReg's released code has it.</param>
public sealed record ScaleEffectCriterion(bool ScalesOnly = false) : Criterion
{
    /// <inheritdoc/>
    public override PlanReasonKind Missing => PlanReasonKind.NoScales;

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var effects = subject.Measured<ParameterEffects>().Sums;
        ChannelSlice[] slices = [.. group.Slices.Where(s => !s.ReadsInput && IsChosen(subject.Graph, s))];
        if (slices.Length == 0)
            return null;
        var sums = Enumerable
            .Range(0, group.Units)
            .Select(unit => slices.Sum(s => s.Places[unit].Sum(p => effects[s.Parameter][p])));
        return [.. sums.Select(s => s * s)];
    }

    private bool IsChosen(IChannelGraph graph, ChannelSlice slice) =>
        graph.Parameters[slice.Parameter].Role switch
        {
            ParameterRole.Scale => true,
            ParameterRole.Shift => !ScalesOnly,
            _ => false,
        };
}
