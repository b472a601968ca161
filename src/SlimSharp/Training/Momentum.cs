using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Heavy-ball momentum: v ← share·v + direction, which becomes the direction; or, with Nesterov, direction + share·v.
/// </summary>
/// <param name="Share">The share of the last direction that is kept, in [0, 1).</param>
public sealed record Momentum(double Share) : OptimizerRule
{
    /// <summary>Looks one step ahead (not in the published setting).</summary>
    public bool IsNesterov { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Memory => ["momentum"];

    /// <inheritdoc/>
    public override double Reach => 1 / (1 - Share);

    /// <inheritdoc/>
    public override void Check() => Require(Share is >= 0 and < 1, "Momentum", Share, "in [0, 1)");

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count)
    {
        using Scalar share = Share;
        var velocity = slot.Memory[memory];
        velocity.mul_(share).add_(slot.Gradient, Scalars.One);
        if (IsNesterov)
            slot.Gradient.add_(velocity, share);
        else
            slot.Gradient.copy_(velocity);
    }

    /// <inheritdoc/>
    public override string ToString() => Form($"{(IsNesterov ? "nesterov" : "momentum")}:share={Share:R}");

    internal static OptimizerRule Read(TextArguments take) =>
        new Momentum(take.Number("share", "in [0, 1)", s => s is >= 0 and < 1));

    internal static OptimizerRule ReadNesterov(TextArguments take) =>
        new Momentum(take.Number("share", "in [0, 1)", s => s is >= 0 and < 1)) { IsNesterov = true };
}
