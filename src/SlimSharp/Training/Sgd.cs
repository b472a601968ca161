using SlimSharp.Models.Kernels;
using TorchSharp;

namespace SlimSharp.Training;

/// <summary>
/// Stochastic gradient descent with heavy-ball momentum: v ← momentum·v + (g + decay·w); w ← w − rate·v; with Nesterov,
/// w ← w − rate·(g + decay·w + momentum·v).
/// </summary>
public sealed record Sgd : Optimizer
{
    /// <summary>The share of the last change that is kept.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Looks one step ahead (not in the published setting).</summary>
    public bool Nesterov { get; init; }

    /// <summary>All parameters in one go where they lie in memory as that needs; false for one operation after another.</summary>
    public bool Fused { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Memory => ["momentum"];

    /// <inheritdoc/>
    public override double EffectiveStep(double learningRate) => learningRate / (1 - Momentum);

    /// <inheritdoc/>
    public override void Step(IReadOnlyList<OptimizerSlot> slots, double learningRate, long count)
    {
        foreach (var alike in slots.ToLookup(s => (Fuses: Fuses(s), s.Decays)))
        {
            var decay = alike.Key.Decays ? WeightDecay : 0;
            if (alike.Key.Fuses)
                DescentKernel.Step(
                    [.. alike.Select(s => (s.Parameter, s.Gradient, s.Memory[0]))],
                    (float)learningRate,
                    (float)Momentum,
                    (float)decay,
                    Nesterov
                );
            else
                Plainly(alike, learningRate, decay);
        }
    }

    private bool Fuses(OptimizerSlot slot) =>
        Fused && DescentKernel.Fits(slot.Parameter, slot.Gradient, slot.Memory[0]);

    private void Plainly(IEnumerable<OptimizerSlot> slots, double learningRate, double weightDecay)
    {
        using Scalar decay = weightDecay;
        using Scalar momentum = Momentum;
        using Scalar back = -learningRate;
        foreach (var (parameter, gradient, memory, _) in slots)
        {
            if (weightDecay != 0)
                gradient.add_(parameter, decay);
            memory[0].mul_(momentum).add_(gradient, Scalars.One);
            parameter.add_(Nesterov ? gradient.add_(memory[0], momentum) : memory[0], back);
        }
    }
}
