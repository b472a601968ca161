using System.Numerics;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Proximal slimming: after every step of the optimiser γ ← prox of step·λ·J at γ, which makes scales exactly zero.
/// With the effective step, learning rate/(1 − momentum), the fixed points are those of loss + λJ; with the bare
/// learning rate, as proximal methods are often written down, the penalty is 1/(1 − momentum) times too weak.
/// </summary>
/// <remarks>
/// Near a solution with J'' = −ρ heavy-ball steps and proximal ones settle only if rate·λ·ρ &lt; (1 −
/// momentum)²/momentum, 0.011 at the published momentum: the linearised map has the determinant momentum·(1 +
/// rate·λ·ρ/(1 − momentum)). Usual λ are far below.
/// <para/>
/// In a training loop of your own, on any TorchSharp module with BatchNorm layers:
/// <code>
/// loss.backward();
/// optimizer.step();
/// penalty.Shrink(module, learningRate / (1 - momentum));
/// </code>
/// </remarks>
/// <param name="penalty">The shape J.</param>
/// <param name="lambda">The strength λ ≥ 0.</param>
public sealed class ProximalPenalty(Penalty penalty, double lambda) : ScaleRegularizer(penalty, lambda)
{
    /// <summary>True for the bare learning rate of each scale in place of the effective step.</summary>
    public bool BareStep { get; init; }

    /// <inheritdoc/>
    public override string Name => $"proximal {Penalty}";

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var bare = take.Choice("step", "effective", "published") == "published";
        var (penalty, lambda) = PenaltyAndLambda(take);
        return setting => new ProximalPenalty(penalty, lambda) { BareStep = bare, Warning = setting.Warning };
    }

    /// <summary>Replaces all BatchNorm scales by their proximal points for that step.</summary>
    /// <exception cref="TrainingException">
    /// The module has no BatchNorm scales, or the penalty leaves all of them alone and nobody listens to
    /// <see cref="ScaleRegularizer.Warning"/>.
    /// </exception>
    public void Shrink(torch.nn.Module module, double step)
    {
        var scales = ScalesOf(module, WithGroupNorm);
        if (step > 0)
            TellIfIdle(() => scales.SelectMany(Numbers.Read), v => Penalty.Prox(v, step * Lambda) == v);
        using var still = torch.no_grad();
        foreach (var scale in scales)
            SpanWork.On(scale, scale, new Work(Penalty, step * Lambda));
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        Note(step);
        var steps = Steps(model, step);
        if (steps.Distinct().Count() < 2)
        {
            Shrink(model, steps.FirstOrDefault());
            return;
        }
        using var still = torch.no_grad();
        foreach (var (scale, own) in model.Scales.Zip(steps).Where(s => s.Second > 0))
            SpanWork.On(scale, scale, new Work(Penalty, own * Lambda));
    }

    private double[] Steps(Model model, StepInfo step) =>
        BareStep
            ? ByRules(model, step, r => r.Rate(step.LearningRate)) ?? [step.LearningRate]
            : ByRules(model, step, r => r.EffectiveStep(step.LearningRate)) ?? [step.EffectiveStep];

    private readonly record struct Work(Penalty Penalty, double Strength) : ISpanWork
    {
        public void Run<T>(Span<T> scales, Span<T> same)
            where T : unmanaged, IFloatingPoint<T> => Penalty.Prox(scales, Strength);
    }
}
