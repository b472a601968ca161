using SlimSharp.Models;
using SlimSharp.Penalties;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>A method that lowers loss + λ·ΣJ(γ), the sum over all BatchNorm scales.</summary>
/// <param name="penalty">The shape J.</param>
/// <param name="lambda">The strength λ ≥ 0.</param>
public abstract class ScaleRegularizer(Penalty penalty, double lambda) : Regularizer
{
    /// <summary>A scale below this counts as near zero in what is shown.</summary>
    public const double NearZero = 1e-3;

    /// <summary>The shape J.</summary>
    public Penalty Penalty { get; } = penalty;

    /// <summary>The strength.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no number.</exception>
    public double Lambda
    {
        get;
        set => field = Checked(value);
    } = Checked(lambda);

    /// <summary>λ·ΣJ(γ) over all BatchNorm scales.</summary>
    public double Value(torch.nn.Module module) => Lambda * Penalty.Value<double>(BatchNormScales.Values(module));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model) => [("penalty", Value(model))];

    private static double Checked(double lambda) =>
        lambda >= 0 && double.IsFinite(lambda)
            ? lambda
            : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ must be 0 or more.");
}
