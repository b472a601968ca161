using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// The direction over its size: the running mean of directions divided by the root of the running mean of their
/// squares, both corrected for beginning at zero (Kingma and Ba, ICLR 2015).
/// </summary>
public sealed record AdamMoments : OptimizerRule
{
    /// <summary>The share of the mean direction that is kept.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the mean squared direction that is kept.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Memory => ["mean", "square"];

    /// <inheritdoc/>
    public override void Check()
    {
        Require(Beta1 is >= 0 and < 1, "Beta1 of Adam", Beta1, "in [0, 1)");
        Require(Beta2 is >= 0 and < 1, "Beta2 of Adam", Beta2, "in [0, 1)");
        Require(Epsilon is > 0 and < double.PositiveInfinity, "Epsilon of Adam", Epsilon, "positive");
    }

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count)
    {
        using Scalar correction = 1 / (1 - Math.Pow(Beta1, count));
        using var root = Root(slot, memory, count);
        slot.Gradient.copy_(slot.Memory[memory]).mul_(correction).div_(root);
    }

    /// <summary>
    /// Takes a direction into both means and returns the root that the first is to be divided by; the caller disposes
    /// it.
    /// </summary>
    internal torch.Tensor Root(in OptimizerSlot slot, int memory, long count)
    {
        using Scalar keep1 = Beta1;
        using Scalar new1 = 1 - Beta1;
        using Scalar keep2 = Beta2;
        using Scalar new2 = 1 - Beta2;
        using Scalar correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, count));
        using Scalar epsilon = Epsilon;
        slot.Memory[memory].mul_(keep1).add_(slot.Gradient, new1);
        slot.Memory[memory + 1].mul_(keep2).addcmul_(slot.Gradient, slot.Gradient, new2);
        return slot.Memory[memory + 1].sqrt().mul_(correction).add_(epsilon, Scalars.One);
    }

    /// <inheritdoc/>
    public override string ToString() => Form($"adam:beta1={Beta1:R},beta2={Beta2:R},epsilon={Epsilon:R}");

    internal static OptimizerRule Read(TextArguments take) =>
        new AdamMoments
        {
            Beta1 = take.Number("beta1", "in [0, 1)", b => b is >= 0 and < 1, 0.9),
            Beta2 = take.Number("beta2", "in [0, 1)", b => b is >= 0 and < 1, 0.999),
            Epsilon = take.Number("epsilon", "positive", e => e > 0, 1e-8),
        };
}
