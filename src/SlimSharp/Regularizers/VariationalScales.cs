using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Variational channel pruning (Zhao et al., CVPR 2019): every scale is Gaussian, γ = μ + σε, and the loss
/// plus KL/N is lowered over μ, ln σ² and all weights, N being the number of training images. The prior is N(0, σ²)
/// with the posterior's own variance, so KL = Σ μ²/(2σ²). The shift is tied to the scale, γ·(x̂ + b), so that a pruned
/// channel is silent. At every epoch's end channels whose |μ| and σ are small become zero for good, all but the largest
/// of a layer. In evaluation the scale is μ. Nothing needs retraining: what is zero can be cut.
/// </summary>
public sealed partial class VariationalScales : Regularizer
{
    private const string LogVariance = "log-variance.";
    private readonly VariationalOptions _options;
    private readonly int _images;
    private readonly long _seed;
    private readonly Layer[] _layers;

    /// <summary>Variational scales for a model, from its scales as means.</summary>
    /// <param name="model">The model.</param>
    /// <param name="images">How many images it is trained on.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">What the noise is a function of.</param>
    /// <param name="tiedTo">
    /// Another such method before this one in the same training, whose tied shifts are this one's, too: a channel has
    /// one shift, however many priors its scale has. It stays the caller's, and is disposed after this one.
    /// </param>
    public VariationalScales(
        Model model,
        int images,
        VariationalOptions? options = null,
        long seed = 0,
        VariationalScales? tiedTo = null
    )
    {
        (_images, _options, _seed) = (images, options ?? new(), seed);
        _options.Check();
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        _layers =
        [
            .. model.Network.Scaled.Select(
                (s, i) => new Layer(s.Node, s.Scale, s.Shift, model, _options.Deviation, tiedTo?._layers[i])
            ),
        ];
    }

    /// <summary>How they are trained.</summary>
    public VariationalOptions Options => _options;

    /// <summary>Stands in for the noise ε of a layer, by its place and number of channels.</summary>
    internal Func<int, int, double[]>? Noise { get; set; }

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var usual = new VariationalOptions();
        var options = new VariationalOptions
        {
            Deviation = take.Number("sigma", "positive", x => x > 0, usual.Deviation),
            Rate = take.Number("rate", "positive", x => x > 0, usual.Rate),
            Momentum = take.Number("momentum", "in [0, 1)", x => x is >= 0 and < 1, usual.Momentum),
            Weight = take.Number("weight", "0 or more", x => x >= 0, usual.Weight),
            WarmUp = take.Number("warmup", "a share in [0, 1]", x => x is >= 0 and <= 1, usual.WarmUp),
            MeanThreshold = take.Number("mean-below", "0 or more", x => x >= 0, usual.MeanThreshold),
            DeviationThreshold = take.Number("sigma-below", "0 or more", x => x >= 0, usual.DeviationThreshold),
        };
        return setting => new VariationalScales(
            setting.Model,
            setting.Samples,
            options,
            setting.Seed,
            setting.Before.OfType<VariationalScales>().FirstOrDefault()
        );
    }

    /// <inheritdoc/>
    public override string Name =>
        FormattableString.Invariant($"variational scales, σ₀ = {_options.Deviation}, rate of ln σ² {_options.Rate}");

    /// <summary>
    /// b of every layer, trained like the model's own parameters; none where it is that of another method.
    /// </summary>
    public override IReadOnlyDictionary<string, torch.Tensor> Parameters =>
        _layers.Where(l => l.OwnsShift).ToDictionary(l => "tied-shift." + l.Name, l => l.Shift!);

    /// <summary>ln σ² of every layer with its momentum, and which channels are left.</summary>
    public override IReadOnlyDictionary<string, torch.Tensor> State =>
        _layers
            .SelectMany(l =>
                new[]
                {
                    (LogVariance + l.Name, l.LogVariance),
                    ("log-variance-momentum." + l.Name, l.Velocity),
                    ("left." + l.Name, l.Left),
                }
            )
            .ToDictionary();

    /// <inheritdoc/>
    /// <exception cref="TrainingException">
    /// Another method before it has put something in the place of a shift that this one ties to its scale.
    /// </exception>
    public override void Substitute(ParameterValues values, StepInfo step)
    {
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            if (layer.OwnsShift && values.Substitutes.ContainsKey(layer.Bias!))
                throw new TrainingException(
                    $"Variational scales tie the shift '{layer.Bias}' to its scale, but a regulariser before them stands in for it already; make the second of two such methods with the first, as its tiedTo."
                );
            var noise = Numbers
                .Tensor(NoiseOf(i, layer, step), [layer.Count], layer.LogVariance.dtype)
                .to(layer.LogVariance.device);
            var deviation = layer.LogVariance.mul(Scalars.Half).exp();
            var scale = values[layer.Scale].addcmul(deviation, noise, Scalars.One).mul(layer.Left);
            values[layer.Scale] = scale;
            if (layer.Shift is not null)
                values[layer.Bias!] = scale.mul(layer.Shift);
        }
    }

    /// <summary>KL/N.</summary>
    public override torch.Tensor? Loss(
        Model model,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        StepInfo step
    ) => Divergence(model, _options.Weight * (_options.WarmUp > 0 ? Math.Min(step.Progress / _options.WarmUp, 1) : 1));

    /// <summary>KL/N = Σ μ²/(2σ²)/N over the channels that are left, times a weight; the caller disposes it.</summary>
    internal torch.Tensor? Divergence(Model model, double weight = 1)
    {
        var terms = _layers.Select(l =>
        {
            var mean = model[l.Scale];
            return mean.mul(mean).mul(l.LogVariance.neg().exp()).mul(l.Left).sum();
        });
        using Scalar factor = 0.5 * weight / _images;
        return _layers.Length == 0 ? null : torch.stack(terms).sum().mul(factor);
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using Scalar keep = _options.Momentum;
        using Scalar back = -_options.Rate;
        foreach (var layer in _layers)
        {
            if (layer.LogVariance.grad is { } gradient)
            {
                layer.Velocity.mul_(keep).add_(gradient, Scalars.One);
                layer.LogVariance.add_(layer.Velocity, back);
                layer.LogVariance.grad = null;
            }
            if (step.IsLastOfEpoch)
                Prune(model, layer);
            model[layer.Scale].mul_(layer.Left);
            if (layer.Shift is not null)
                model[layer.Bias!].copy_(model[layer.Scale].mul(layer.Shift));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model)
    {
        var left = _layers.SelectMany(l => Numbers.Read(l.Left)).ToArray();
        double[] deviations = [.. _layers.SelectMany(l => Numbers.Read(l.LogVariance)).Select(v => Math.Exp(v / 2))];
        yield return ("pruned", left.Length == 0 ? 0 : left.Count(l => l == 0) / (double)left.Length);
        yield return ("mean σ", deviations.DefaultIfEmpty().Average());
    }

    /// <summary>
    /// |μ|/σ of every scale by layer, from the weights and what this method kept beside them; empty without such.
    /// </summary>
    /// <param name="weights">A network's.</param>
    /// <param name="beside">The method's tensors, by the names of <see cref="State"/>.</param>
    public static IReadOnlyDictionary<string, double[]> SignalToNoise(Weights weights, Weights beside) =>
        beside
            .Names.Where(n => n.StartsWith(LogVariance, StringComparison.Ordinal))
            .ToDictionary(
                name => name[LogVariance.Length..],
                name =>
                    weights
                        .Values($"{name[LogVariance.Length..]}.weight")
                        .Zip(beside.Values(name), (m, v) => Math.Abs(m) / Math.Exp(v / 2))
                        .ToArray()
            );

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var layer in _layers)
            layer.Dispose();
        base.Dispose();
    }

    private double[] NoiseOf(int place, Layer layer, StepInfo step)
    {
        if (Noise is not null)
            return Noise(place, layer.Count);
        var random = new Randomness(_seed, Randomness.Name("variational"), step.Epoch, step.Step, place);
        var noise = new double[layer.Count];
        for (var c = 0; c < noise.Length; c++)
            noise[c] = random.NextNormal();
        return noise;
    }

    private void Prune(Model model, Layer layer)
    {
        double[] mean = [.. Numbers.Read(model[layer.Scale]).Select(Math.Abs)];
        var (variance, left) = (Numbers.Read(layer.LogVariance), Numbers.Read(layer.Left));
        var largest = Enumerable.Range(0, mean.Length).MaxBy(c => left[c] == 0 ? -1 : mean[c]);
        for (var c = 0; c < mean.Length; c++)
        {
            if (
                c != largest
                && mean[c] < _options.MeanThreshold
                && Math.Exp(variance[c] / 2) < _options.DeviationThreshold
            )
                left[c] = 0;
        }
        Numbers.Write(layer.Left, left);
    }
}
