using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019): the chain of <see cref="AdamMoments"/> and
/// <see cref="Training.WeightDecay"/>.
/// </summary>
public sealed record AdamW : Optimizer
{
    /// <summary>The share of the mean gradient that is kept.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the mean squared gradient that is kept.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>The strength of the decay of every parameter towards 0.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether the decay acts on the BatchNorm scales, too.</summary>
    public bool DecayScales { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<OptimizerRule> Rules =>
        [
            new AdamMoments
            {
                Beta1 = Beta1,
                Beta2 = Beta2,
                Epsilon = Epsilon,
            },
            new WeightDecay(WeightDecay) { Of = DecayScales ? ParameterSelector.All : ParameterSelector.NotScales },
        ];

    /// <inheritdoc/>
    public override void Check() =>
        Require(WeightDecay is >= 0 and < double.PositiveInfinity, "AdamW.WeightDecay", WeightDecay, "0 or more");
}
