using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>
/// Stochastic gradient descent with heavy-ball momentum: v ← momentum·v + (g + decay·w); w ← w − rate·v; with Nesterov,
/// w ← w − rate·(g + decay·w + momentum·v). The chain of <see cref="Training.WeightDecay"/> and
/// <see cref="Training.Momentum"/>.
/// </summary>
public sealed record Sgd : Optimizer
{
    /// <summary>The share of the last change that is kept.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Looks one step ahead (not in the published setting).</summary>
    public bool Nesterov { get; init; }

    /// <summary>
    /// All parameters in one go where they lie in memory as that needs; false for one operation after another.
    /// </summary>
    public bool Fused { get; init; } = true;

    /// <summary>The strength of the decay of every parameter towards 0.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether the decay acts on the BatchNorm scales, too, as published.</summary>
    public bool DecayScales { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<OptimizerRule> Rules =>
        [
            new WeightDecay(WeightDecay) { Of = DecayScales ? ParameterSelector.All : ParameterSelector.NotScales },
            new Momentum(Momentum) { IsNesterov = Nesterov },
        ];

    private protected override bool IsFused => Fused;

    /// <inheritdoc/>
    public override void Check()
    {
        Require(WeightDecay is >= 0 and < double.PositiveInfinity, "Sgd.WeightDecay", WeightDecay, "0 or more");
        Require(Momentum is >= 0 and < 1, "Sgd.Momentum", Momentum, "in [0, 1)");
    }
}
