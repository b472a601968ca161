using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// What taking a unit away does to the loss, to first order and image by image: the mean of its size (Molchanov et al.,
/// ICLR 2017), or the mean of its square, which is the diagonal of the empirical Fisher information along the unit's
/// mask (Theis et al., 2018; for coupled channels Liu et al., ICML 2021).
/// </summary>
/// <param name="Squared">True for the mean square.</param>
public sealed record SensitivityCriterion(bool Squared) : Criterion
{
    /// <inheritdoc/>
    public override PlanReasonKind Missing => PlanReasonKind.NotMeasured;

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        PlanSubject subject,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var sensitivity = subject.Measured<Sensitivity>();
        var layers = sensitivity.Effects.Where(e => group.Channels.ContainsKey(e.Key)).ToArray();
        if (layers.Length == 0)
            return null;
        var importance = new double[group.Units];
        for (var unit = 0; unit < group.Units; unit++)
        {
            for (var image = 0; image < sensitivity.Images; image++)
            {
                // Coupled channels go together, so their effects are added up before they are measured.
                var effect = 0.0;
                foreach (var (node, effects) in layers)
                {
                    foreach (var channel in group.Channels[node][unit])
                        effect += effects[image, channel];
                }
                importance[unit] += Squared ? effect * effect : Math.Abs(effect);
            }
            importance[unit] /= sensitivity.Images;
        }
        return importance;
    }
}
