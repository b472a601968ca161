using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Multiplies the direction, so that some parameters learn faster or slower than the learning rate says.
/// </summary>
/// <param name="Factor">Positive.</param>
public sealed record OwnRate(double Factor) : OptimizerRule
{
    /// <inheritdoc/>
    public override double Reach => Factor;

    /// <inheritdoc/>
    public override void Check() =>
        Require(Factor is > 0 and < double.PositiveInfinity, "The factor of a rate", Factor, "positive");

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count)
    {
        using Scalar factor = Factor;
        slot.Gradient.mul_(factor);
    }

    /// <inheritdoc/>
    public override string ToString() => Form($"rate:factor={Factor:R}");

    internal static OptimizerRule Read(TextArguments take) =>
        new OwnRate(take.Number("factor", "positive", f => f > 0));
}
