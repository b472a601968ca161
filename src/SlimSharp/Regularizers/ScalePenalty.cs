using System.Numerics;
using System.Runtime.InteropServices;
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
public sealed class ScalePenalty(Penalty penalty, double lambda) : Regularizer
{
    /// <summary>A scale below this counts as near zero in what is shown.</summary>
    public const double NearZero = 1e-3;

    /// <summary>The shape J.</summary>
    public Penalty Penalty { get; } = penalty;

    /// <summary>The strength.</summary>
    public double Lambda { get; } =
        lambda >= 0 && double.IsFinite(lambda)
            ? lambda
            : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ must be 0 or more.");

    /// <inheritdoc/>
    public override string Name => $"scale penalty {Penalty}";

    /// <summary>Adds λ·J'(γ) to the gradients of all BatchNorm scales; those without a gradient are passed over.</summary>
    public void AddGradients(torch.nn.Module module)
    {
        foreach (var scale in BatchNormScales.Of(module))
        {
            using var gradient = scale.grad;
            if (gradient is null)
                continue;
            if (scale.dtype == torch.float64)
                Add<double>(scale, gradient);
            else
                Add<float>(scale, gradient);
        }
    }

    /// <summary>λ·ΣJ(γ) over all BatchNorm scales.</summary>
    public double Value(torch.nn.Module module) => Lambda * Penalty.Value<double>(BatchNormScales.Values(module));

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step) => AddGradients(model);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model) => [("penalty", Value(model))];

    private void Add<T>(torch.Tensor scale, torch.Tensor gradient)
        where T : unmanaged, IFloatingPoint<T>
    {
        if (scale.device_type == DeviceType.CPU && scale.is_contiguous() && gradient.is_contiguous())
        {
            Penalty.AddDerivative(
                MemoryMarshal.Cast<byte, T>(scale.bytes),
                Lambda,
                MemoryMarshal.Cast<byte, T>(gradient.bytes)
            );
            return;
        }
        // Elsewhere: down, add, up. Scales are few.
        using var held = scale.detach();
        using var values = held.cpu();
        using var sum = gradient.cpu();
        Penalty.AddDerivative(
            MemoryMarshal.Cast<byte, T>(values.bytes),
            Lambda,
            MemoryMarshal.Cast<byte, T>(sum.bytes)
        );
        gradient.copy_(sum);
    }
}
