using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Adds strength·w to the direction. Before momentum or Adam's moments that is the gradient of strength/2·‖w‖², as
/// published for network slimming; behind them it is decoupled (Loshchilov and Hutter, ICLR 2019).
/// </summary>
/// <param name="Strength">0 or more.</param>
public sealed record WeightDecay(double Strength) : OptimizerRule
{
    /// <inheritdoc/>
    public override void Check() =>
        Require(Strength is >= 0 and < double.PositiveInfinity, "Decay", Strength, "0 or more");

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count)
    {
        using Scalar strength = Strength;
        if (Strength != 0)
            slot.Gradient.add_(slot.Parameter, strength);
    }

    /// <inheritdoc/>
    public override string ToString() => Form($"decay:strength={Strength:R}");

    internal static OptimizerRule Read(TextArguments take) =>
        new WeightDecay(take.Number("strength", "0 or more", s => s >= 0));
}
