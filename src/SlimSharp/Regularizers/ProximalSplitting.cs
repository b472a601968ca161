using System.Numerics;
using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Proximal network slimming by splitting (Bui, Xue, Park, Qi and Xin, LOD 2023, arXiv 2307.00684): loss + λ·ΣJ(ξ) +
/// β/2·‖γ − ξ‖² with auxiliary scales ξ, by alternating linearised minimisation with the weight α = 1/learning rate,
/// the scale's own where a rule of the optimiser gives it one. After every step of the optimiser γ ← (αγ + βξ)/(α + β),
/// then ξ ← prox of λ/(α + β)·J at (αξ + βγ)/(α + β). Published for l1, here for every penalty.
/// </summary>
public sealed class ProximalSplitting : ScaleRegularizer
{
    private readonly Dictionary<string, torch.Tensor> _auxiliary = [];
    private readonly torch.Tensor[] _inOrder;

    /// <summary>
    /// The method for the scales of a module, with ξ drawn from U(0.47, 0.53) as published.
    /// </summary>
    /// <param name="module">The module; its scales must stay where they are.</param>
    /// <param name="penalty">The shape J; published is l1.</param>
    /// <param name="lambda">The strength λ ≥ 0.</param>
    /// <param name="coupling">β > 0, how strongly γ and ξ are held together.</param>
    /// <param name="seed">What ξ is a function of.</param>
    /// <param name="withGroupNorm">As in <see cref="ScaleRegularizer.WithGroupNorm"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ or β is out of range.</exception>
    /// <exception cref="TrainingException">The module has no scales.</exception>
    public ProximalSplitting(
        torch.nn.Module module,
        Penalty penalty,
        double lambda,
        double coupling,
        long seed = 0,
        bool withGroupNorm = false
    )
        : base(penalty, lambda)
    {
        WithGroupNorm = withGroupNorm;
        if (!(coupling > 0 && double.IsFinite(coupling)))
            throw new ArgumentOutOfRangeException(nameof(coupling), coupling, "β must be positive.");
        Coupling = coupling;
        var scales = ScalesOf(module, withGroupNorm);
        for (var i = 0; i < scales.Count; i++)
        {
            var random = new Randomness(seed, Randomness.Name("splitting"), i);
            var start = new double[scales[i].numel()];
            for (var c = 0; c < start.Length; c++)
                start[c] = 0.47 + 0.06 * random.NextDouble();
            using var drawn = Numbers.Tensor(start, [start.Length], scales[i].dtype);
            _auxiliary[$"xi.{i}"] = drawn.to(scales[i].device, copy: true).DetachFromDisposeScope();
        }
        _inOrder = [.. Enumerable.Range(0, scales.Count).Select(i => _auxiliary[$"xi.{i}"])];
    }

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var coupling = take.Number("beta", "positive", b => b > 0);
        var (penalty, lambda) = PenaltyAndLambda(take);
        return setting => new ProximalSplitting(setting.Model, penalty, lambda, coupling, setting.Seed)
        {
            Warning = setting.Warning,
        };
    }

    /// <summary>β.</summary>
    public double Coupling { get; }

    /// <summary>
    /// True leaves a scale whose ξ is zero to shrink for ever, as published: in float32 it sticks at a number below the
    /// smallest normal one. Otherwise it becomes zero there.
    /// </summary>
    public bool LeaveSubnormal { get; init; }

    /// <summary>ξ, in the order of <see cref="BatchNormScales.Of"/>; they stay this method's.</summary>
    public IReadOnlyList<torch.Tensor> Auxiliary => _inOrder;

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"splitting {Penalty}, β = {Coupling}");

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, torch.Tensor> State => _auxiliary;

    /// <summary>Both updates, for the weight α of every scale.</summary>
    /// <exception cref="TrainingException">
    /// The penalty leaves all ξ alone and nobody listens to <see cref="ScaleRegularizer.Warning"/>.
    /// </exception>
    public void Update(torch.nn.Module module, double alpha)
    {
        TellIfIdle(() => _inOrder.SelectMany(Numbers.Read), xi => Penalty.Prox(xi, Lambda / (alpha + Coupling)) == xi);
        var scales = BatchNormScales.Of(module, WithGroupNorm);
        Update(scales.Zip(_inOrder, (scale, auxiliary) => (scale, auxiliary, alpha)));
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        Note(step);
        if (!(step.LearningRate > 0))
            return;
        double[] rates = ByRules(model, step, r => r.Rate(step.LearningRate)) ?? [step.LearningRate];
        if (rates.Distinct().Count() < 2 && rates is [> 0 and var rate, ..])
            Update(model, 1 / rate);
        else
            Update(
                model.Scales.Zip(_inOrder, rates).Where(s => s.Third > 0).Select(s => (s.First, s.Second, 1 / s.Third))
            );
    }

    private void Update(IEnumerable<(torch.Tensor Scale, torch.Tensor Auxiliary, double Alpha)> scales)
    {
        using var still = torch.no_grad();
        foreach (var (scale, auxiliary, alpha) in scales)
            SpanWork.On(scale, auxiliary, new Work(Penalty, Lambda, alpha, Coupling, LeaveSubnormal));
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model)
    {
        var zero = _inOrder.Sum(x => Numbers.Read(x).Count(v => v == 0));
        return [.. base.Measures(model), ("auxiliary scales at zero", (double)zero / _inOrder.Sum(x => x.numel()))];
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var tensor in _inOrder)
            tensor.Dispose();
        base.Dispose();
    }

    private readonly record struct Work(Penalty Penalty, double Lambda, double Alpha, double Beta, bool LeaveSubnormal)
        : ISpanWork
    {
        private const double SmallestNormal = 1.17549435e-38; // of float32

        public void Run<T>(Span<T> scales, Span<T> auxiliary)
            where T : unmanaged, IFloatingPoint<T>
        {
            for (var i = 0; i < scales.Length; i++)
            {
                var (gamma, xi) = (double.CreateTruncating(scales[i]), double.CreateTruncating(auxiliary[i]));
                gamma = (Alpha * gamma + Beta * xi) / (Alpha + Beta);
                xi = Penalty.Prox((Alpha * xi + Beta * gamma) / (Alpha + Beta), Lambda / (Alpha + Beta));
                if (!LeaveSubnormal && xi == 0 && Math.Abs(gamma) < SmallestNormal)
                    gamma = 0;
                (scales[i], auxiliary[i]) = (T.CreateTruncating(gamma), T.CreateTruncating(xi));
            }
        }
    }
}
