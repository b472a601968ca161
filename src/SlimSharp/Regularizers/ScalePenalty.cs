using System.Numerics;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Network slimming: adds λ·J'(γ) to the gradient of every BatchNorm scale after the backward pass (Liu et al., ICCV
/// 2017; Bui et al., IEEE Access 2021), so that it passes through the optimiser's momentum as published.
/// </summary>
/// <remarks>
/// In a training loop of your own, on any TorchSharp module with BatchNorm layers:
/// <code>
/// loss.backward();
/// penalty.AddGradients(module);
/// optimizer.step();
/// </code>
/// </remarks>
/// <param name="penalty">The shape J.</param>
/// <param name="lambda">The strength λ ≥ 0.</param>
public sealed class ScalePenalty(Penalty penalty, double lambda) : ScaleRegularizer(penalty, lambda)
{
    /// <inheritdoc/>
    public override string Name => $"scale penalty {Penalty}";

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var (penalty, lambda) = PenaltyAndLambda(take);
        return setting => new ScalePenalty(penalty, lambda) { Warning = setting.Warning };
    }

    /// <summary>
    /// Adds λ·J'(γ) to the gradients of all BatchNorm scales; single ones without a gradient, such as frozen ones, are
    /// passed over.
    /// </summary>
    /// <exception cref="TrainingException">
    /// The module has no BatchNorm scales, or the penalty is flat at all of them and nobody listens to
    /// <see cref="ScaleRegularizer.Warning"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">No scale has a gradient.</exception>
    public void AddGradients(torch.nn.Module module)
    {
        var scales = ScalesOf(module, WithGroupNorm);
        TellIfIdle(() => scales.SelectMany(Numbers.Read), _ => true);
        var added = 0;
        foreach (var scale in scales)
        {
            using var gradient = scale.grad;
            if (gradient is null)
                continue;
            SpanWork.On(scale, gradient, new Work(Penalty, Lambda));
            added++;
        }
        if (added == 0)
            throw new InvalidOperationException(
                $"No BatchNorm scale of {Words(module)} has a gradient to add to: {nameof(AddGradients)} comes after backward() and before the optimiser's step, and the scales must be trained."
            );
    }

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step)
    {
        Note(step);
        AddGradients(model);
    }

    private readonly record struct Work(Penalty Penalty, double Lambda) : ISpanWork
    {
        public void Run<T>(Span<T> scales, Span<T> gradient)
            where T : unmanaged, IFloatingPoint<T> => Penalty.AddDerivative<T>(scales, Lambda, gradient);
    }
}
