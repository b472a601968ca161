using System.Numerics;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// λ·ΣJ(w) over single weights, by its subgradient: what makes weights small one by one, and the yardstick for methods
/// that make whole filters small.
/// </summary>
/// <param name="penalty">The shape J.</param>
/// <param name="lambda">The strength λ ≥ 0.</param>
/// <param name="of">The parameters that it is for; null for the weights of all layers.</param>
public sealed class WeightPenalty(Penalty penalty, double lambda, ParameterSelector? of = null) : Regularizer
{
    private const string Weights = "weight";
    private readonly ParameterSelector _of = of ?? new(Weights);

    /// <inheritdoc/>
    public override string Name => $"weight penalty {penalty}";

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var of = new ParameterSelector(take.Text("of", Weights));
        var lambda = take.Number("lambda", "positive", l => l > 0);
        var penalty = take.Form("penalty", text => Penalty.Parse(text, lambda));
        return setting =>
        {
            var result = new WeightPenalty(penalty, lambda, of);
            return result.Selected(setting.Model).Any()
                ? result
                : throw new TrainingException(
                    $"The penalty on weights is for no parameter of {setting.Model.Network.Name}: '{of}' selects none. "
                        + $"There are roles such as weight and names such as {setting.Model.Network.Parameters().First().Name}."
                );
        };
    }

    /// <summary>λ·ΣJ(w).</summary>
    public double Value(Model model) => lambda * Selected(model).Sum(w => penalty.Value<double>(Numbers.Read(w)));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model) =>
        [("weight penalty", Value(model))];

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step)
    {
        foreach (var weight in Selected(model))
        {
            using var gradient = weight.grad;
            if (gradient is not null)
                SpanWork.On(weight, gradient, new Work(penalty, lambda));
        }
    }

    private IEnumerable<torch.Tensor> Selected(Model model)
    {
        var roles = model.Network.Parameters().ToDictionary(p => p.Name, p => p.Parameter.Role);
        return model
            .named_parameters()
            .Where(p => roles.TryGetValue(p.name, out var role) && _of.Selects(p.name, role))
            .Select(p => (torch.Tensor)p.parameter);
    }

    private readonly record struct Work(Penalty Penalty, double Lambda) : ISpanWork
    {
        public void Run<T>(Span<T> weights, Span<T> gradient)
            where T : unmanaged, IFloatingPoint<T> => Penalty.AddDerivative<T>(weights, Lambda, gradient);
    }
}
