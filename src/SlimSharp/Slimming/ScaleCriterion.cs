using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>|scale| of the BatchNorm channels (Liu et al., ICCV 2017).</summary>
public sealed record ScaleCriterion : Criterion
{
    internal const string Text = "scale";

    /// <inheritdoc/>
    public override PlanReasonKind Missing => PlanReasonKind.NoScales;

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var members = new List<double>[group.Units];
        var any = false;
        var slices = group.Slices.Where(s => !s.ReadsInput).ToLookup(s => s.Parameter);
        foreach (var (name, _) in subject.Graph.Parameters.Where(p => p.Value.Role == ParameterRole.Scale))
        {
            foreach (var slice in slices[name])
            {
                any = true;
                var scales = subject.Weights.Values(name);
                for (var unit = 0; unit < group.Units; unit++)
                    (members[unit] ??= []).AddRange(slice.Places[unit].Select(p => Math.Abs(scales[p])));
            }
        }
        return any ? [.. members.Select(m => Reduce(m, reduction))] : null;
    }
}
