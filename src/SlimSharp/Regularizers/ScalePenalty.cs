using System.Numerics;
using SlimSharp.Models;
using SlimSharp.Penalties;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Network slimming: adds λ·J'(γ) to the gradient of every BatchNorm scale after the backward pass (Liu et al., ICCV 2017; Bui et al.,
/// IEEE Access 2021), so that it passes through the optimiser's momentum as published.
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

    /// <summary>Adds λ·J'(γ) to the gradients of all BatchNorm scales; those without a gradient are passed over.</summary>
    public void AddGradients(torch.nn.Module module)
    {
        foreach (var scale in BatchNormScales.Of(module))
        {
            using var gradient = scale.grad;
            if (gradient is not null)
                SpanWork.On(scale, gradient, new Work(Penalty, Lambda));
        }
    }

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step) => AddGradients(model);

    private readonly record struct Work(Penalty Penalty, double Lambda) : ISpanWork
    {
        public void Run<T>(Span<T> scales, Span<T> gradient)
            where T : unmanaged, IFloatingPoint<T> => Penalty.AddDerivative<T>(scales, Lambda, gradient);
    }
}
