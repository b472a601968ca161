using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Only the sign of the direction: that of beta1·m + (1 − beta1)·g; and m ← beta2·m + (1 − beta2)·g (Chen et al.,
/// NeurIPS 2023). With decay behind it that is Lion.
/// </summary>
public sealed record LionSign : OptimizerRule
{
    /// <summary>The share of the running mean in the direction.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the running mean that is kept.</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Memory => ["lion"];

    /// <inheritdoc/>
    public override void Check()
    {
        Require(Beta1 is >= 0 and < 1, "Beta1 of lion", Beta1, "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "Beta2 of lion", Beta2, "in [0, 1)");
    }

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count)
    {
        using Scalar keep1 = Beta1;
        using Scalar new1 = 1 - Beta1;
        using Scalar keep2 = Beta2;
        using Scalar new2 = 1 - Beta2;
        var mean = slot.Memory[memory];
        using var gradient = slot.Gradient.clone();
        slot.Gradient.mul_(new1).add_(mean, keep1).sign_();
        mean.mul_(keep2).add_(gradient, new2);
    }

    /// <inheritdoc/>
    public override string ToString() => Form($"lion:beta1={Beta1:R},beta2={Beta2:R}");

    internal static OptimizerRule Read(TextArguments take) =>
        new LionSign
        {
            Beta1 = take.Number("beta1", "in [0, 1)", b => b is >= 0 and < 1, 0.9),
            Beta2 = take.Number("beta2", "in [0, 1)", b => b is >= 0 and < 1, 0.99),
        };
}
