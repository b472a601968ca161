using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Scales the directions of the parameters that it is for down to a joint norm; smaller ones it leaves.
/// </summary>
/// <param name="Norm">That norm, positive.</param>
public sealed record Clipping(double Norm) : OptimizerRule
{
    /// <inheritdoc/>
    public override bool IsJoint => true;

    /// <inheritdoc/>
    public override void Check() =>
        Require(Norm is > 0 and < double.PositiveInfinity, "The norm of clipping", Norm, "positive");

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count) => Clip([slot]);

    internal override void ChangeAll(
        IReadOnlyList<OptimizerSlot> slots,
        Func<OptimizerSlot, int> memory,
        double learningRate,
        long count
    ) => Clip(slots);

    /// <inheritdoc/>
    public override string ToString() => Form($"clip:norm={Norm:R}");

    internal static OptimizerRule Read(TextArguments take) => new Clipping(take.Number("norm", "positive", n => n > 0));

    internal void Clip(IReadOnlyList<OptimizerSlot> slots)
    {
        var squares = slots.Sum(s =>
        {
            using var square = s.Gradient.mul(s.Gradient);
            using var sum = square.sum();
            return Numbers.Single(sum);
        });
        if (Math.Sqrt(squares) <= Norm)
            return;
        using Scalar factor = Norm / Math.Sqrt(squares);
        foreach (var slot in slots)
            slot.Gradient.mul_(factor);
    }
}
