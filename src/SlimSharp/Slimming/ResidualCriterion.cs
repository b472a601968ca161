using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// What a unit's values, where they are read, have in them that those of the other channels there do not: the deviation
/// that is left of them behind their best linear combination. The unit with the least is set aside, and the others are
/// judged by what is left without it, and so on (backward elimination of McCabe's principal variables, Technometrics
/// 26, 1984): of two equal channels one is worth nothing and the other what both were. With the covariance matrix Σ of
/// the channels that are left, that deviation is √(1/(Σ⁻¹)ᵢᵢ) (Whittaker, Graphical Models in Applied Multivariate
/// Statistics, 1990, 5.8); of a unit of several channels the root of the trace of ((Σ⁻¹)ᵤᵤ)⁻¹. Judges by <see
/// cref="Correlations"/>, so that it needs images, several for every channel, but no labels.
/// </summary>
public sealed record ResidualCriterion : Criterion
{
    internal const string Text = "residual";

    /// <inheritdoc/>
    public override PlanReasonKind Missing => PlanReasonKind.NotMeasured;

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var evidence = subject.Measured<Correlations>();
        Elimination[] read =
        [
            .. evidence.Nodes.Where(group.Channels.ContainsKey).Select(n => new Elimination(evidence.Covariance(n))),
        ];
        if (read.Length == 0)
            return null;
        var units = evidence.Nodes.Where(group.Channels.ContainsKey).Select(n => group.Channels[n]).ToArray();
        var importance = new double[group.Units];
        var left = Enumerable.Range(0, group.Units).ToList();
        var least = 0.0; // what goes later is worth no less
        while (left.Count > 0)
        {
            var (unit, worth) = left.Select(u =>
                    (u, Reduce([.. read.Select((r, i) => Math.Sqrt(r.Residual(units[i][u].AsSpan())))], reduction))
                )
                .MinBy(u => u.Item2);
            importance[unit] = least = Math.Max(least, worth);
            left.Remove(unit);
            for (var i = 0; i < read.Length; i++)
                read[i].Remove(units[i][unit].AsSpan());
        }
        return importance;
    }
}
