namespace SlimSharp.Training;

/// <summary>
/// Parameters that it is for stay as they are, whatever regularisers write to them, and nothing is remembered for them.
/// </summary>
public sealed record Freezing : OptimizerRule
{
    /// <inheritdoc/>
    public override double Reach => 0;

    /// <inheritdoc/>
    public override void Change(in OptimizerSlot slot, int memory, double learningRate, long count) =>
        slot.Gradient.zero_();

    /// <inheritdoc/>
    public override string ToString() => Form($"freeze");

    internal static OptimizerRule Read(TextArguments take) => new Freezing();
}
