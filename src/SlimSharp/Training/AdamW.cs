using TorchSharp;

namespace SlimSharp.Training;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019).</summary>
public sealed record AdamW : Optimizer
{
    /// <summary>The share of the mean gradient that is kept.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>The share of the mean squared gradient that is kept.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Memory => ["mean", "square"];

    /// <inheritdoc/>
    public override double EffectiveStep(double learningRate) => learningRate;

    /// <inheritdoc/>
    public override void Step(IReadOnlyList<OptimizerSlot> slots, double learningRate, long count)
    {
        using Scalar shrink = 1 - learningRate * WeightDecay;
        using Scalar keep1 = Beta1;
        using Scalar new1 = 1 - Beta1;
        using Scalar keep2 = Beta2;
        using Scalar new2 = 1 - Beta2;
        using Scalar correction = 1 / Math.Sqrt(1 - Math.Pow(Beta2, count));
        using Scalar epsilon = Epsilon;
        using Scalar back = -learningRate / (1 - Math.Pow(Beta1, count));
        foreach (var (parameter, gradient, memory, decays) in slots)
        {
            memory[0].mul_(keep1).add_(gradient, new1);
            memory[1].mul_(keep2).addcmul_(gradient, gradient, new2);
            using var root = memory[1].sqrt().mul_(correction).add_(epsilon, Scalars.One);
            if (decays)
                parameter.mul_(shrink);
            parameter.addcdiv_(memory[0], root, back);
        }
    }
}
