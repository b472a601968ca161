using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>A method that lowers loss + λ·ΣJ(γ), the sum over all scales.</summary>
/// <param name="penalty">The shape J.</param>
/// <param name="lambda">The strength λ ≥ 0.</param>
public abstract class ScaleRegularizer(Penalty penalty, double lambda) : Regularizer
{
    private bool _isApplied;
    private (Optimizer Of, ParameterRules[] Rules)? _rules;

    /// <summary>The shape J.</summary>
    public Penalty Penalty { get; } = penalty;

    /// <summary>The strength.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no number.</exception>
    public double Lambda
    {
        get;
        set => field = Checked(value);
    } = Checked(lambda);

    /// <summary>
    /// Whether the gains of GroupNorm layers are scales, too, in TorchSharp's own modules; the network of a <see
    /// cref="Model"/> says so itself (<see cref="Networks.GroupNorm.GainsAreScales"/>).
    /// </summary>
    public bool WithGroupNorm { get; init; }

    /// <summary>λ·ΣJ(γ) over all scales.</summary>
    public double Value(torch.nn.Module module) =>
        Lambda * Penalty.Value<double>(BatchNormScales.Values(module, WithGroupNorm));

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model) => [("penalty", Value(model))];

    /// <summary>
    /// Told once, in a sentence, if the penalty does exactly nothing where it is first applied: MCP and SCAD leave
    /// scales alone that lie beyond their knee, as TorchSharp's do, which start at 1. Where nobody listens that is an
    /// exception.
    /// </summary>
    public Action<string>? Warning { get; init; }

    /// <summary>The scales of a module.</summary>
    /// <exception cref="TrainingException">It has none.</exception>
    private protected static IReadOnlyList<torch.Tensor> ScalesOf(torch.nn.Module module, bool withGroupNorm)
    {
        var scales = BatchNormScales.Of(module, withGroupNorm);
        return scales.Count > 0
            ? scales
            : throw new TrainingException(
                $"There is no BatchNorm layer with scales in {Words(module)}, so that a penalty on scales has nothing to act on; add such layers, or leave the penalty out.{GainsOf(module)}"
            );
    }

    private static string GainsOf(torch.nn.Module module) =>
        module is Model { Network: var network } && network.WithGroupNormScales(true).Scaled.Any()
            ? " The gains of its GroupNorm layers can be made scales (Network.WithGroupNormScales)."
            : "";

    /// <summary>
    /// The penalty and its strength of a text form; 0 where that is left out, to be found by what steers it.
    /// </summary>
    private protected static (Penalty Penalty, double Lambda) PenaltyAndLambda(TextArguments take)
    {
        var lambda = take.MaybeNumber("lambda", "positive", l => l > 0);
        return (take.Form("penalty", text => Penalties.Penalty.Parse(text, lambda)), lambda ?? 0);
    }

    /// <summary>A module in words.</summary>
    private protected static string Words(torch.nn.Module module) =>
        module is Model model ? $"the network {model.Network.Name}" : $"the module {module.GetType().Name}";

    /// <summary>
    /// Says so if the penalty leaves all of these alone where it is first applied; later that may be as it should.
    /// </summary>
    /// <param name="scales">The values that it acts on.</param>
    /// <param name="isLeftAlone">Whether it does nothing at a value.</param>
    private protected void TellIfIdle(Func<IEnumerable<double>> scales, Func<double, bool> isLeftAlone)
    {
        if (_isApplied || Lambda == 0)
            return;
        _isApplied = true;
        double[] values = [.. scales()];
        // Where one is zero, the penalty has done its work before.
        if (values.Length == 0 || !values.All(v => v != 0 && Penalty.Derivative(v) == 0 && isLeftAlone(v)))
            return;
        var sentence = FormattableString.Invariant(
            $"{Penalty} is flat at all {values.Length} scales, the smallest of which is {values.Min(Math.Abs):G3}: it does exactly nothing unless the loss itself brings some below its knee. Take a larger knee."
        );
        if (Warning is null)
            throw new TrainingException(
                $"{sentence} To go on all the same, set {nameof(Warning)} to what is to be told."
            );
        Warning(sentence);
    }

    /// <summary>
    /// A number for each scale of a model by the rules that the optimiser has for it, 0 where it is frozen: some may
    /// have a rate of their own. Null where there is no optimiser to ask.
    /// </summary>
    private protected double[]? ByRules(Model model, StepInfo step, Func<ParameterRules, double> number)
    {
        if (step.Optimizer is not { } optimizer)
            return null;
        if (_rules is not { } known || !ReferenceEquals(known.Of, optimizer))
            _rules = known = (optimizer, [.. model.ScaleNames.Select(n => optimizer.For(n, ParameterRole.Scale))]);
        return [.. known.Rules.Select(r => r.IsFrozen ? 0 : number(r))];
    }

    /// <summary>Nothing is told of a training that has begun before.</summary>
    private protected void Note(StepInfo step) => _isApplied |= step is not { Epoch: 0, Step: 0 };

    private static double Checked(double lambda) =>
        lambda >= 0 && double.IsFinite(lambda)
            ? lambda
            : throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ must be 0 or more.");
}
