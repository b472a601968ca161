using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// λ that steers itself. After every epoch each scale is carried forward to the training's end at the pace of that
/// epoch, per unit of learning rate; what would then lie below the gap tells which share of multiply-adds would be left
/// if it were cut. While that is above the target, λ is raised; once it is not, λ is held; once the scales really are
/// there, or accuracy has fallen out of its band, λ is released. Nothing in it is random.
/// </summary>
public sealed class LambdaSteering : Regularizer
{
    // λ at which steering starts where none was given, over the least that empties a scale without gradient.
    private const double Start = 2;
    private readonly ScaleRegularizer _method;
    private readonly SteeringOptions _options;
    private readonly TrainingOptions _training;
    private readonly torch.Tensor _position; // λ, best accuracy
    private readonly torch.Tensor _before; // all scales an epoch ago

    /// <param name="model">The model.</param>
    /// <param name="method">The method whose λ is steered, from its present value on.</param>
    /// <param name="training">The training; its learning rate tells how far scales can still move.</param>
    /// <param name="options">The target.</param>
    public LambdaSteering(Model model, ScaleRegularizer method, TrainingOptions training, SteeringOptions options)
    {
        options.Check();
        (_method, _options, _training) = (method, options, training);
        _position = Numbers.Tensor([method.Lambda, -1], [2], torch.float64).DetachFromDisposeScope();
        var scales = BatchNormScales.Values(model);
        _before = Numbers.Tensor(scales, [scales.Length], torch.float64).DetachFromDisposeScope();
    }

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var usual = new SteeringOptions { TargetMacs = 0.5 };
        var options = new SteeringOptions
        {
            TargetMacs = take.Number("target-macs", "a share in (0, 1)", x => x is > 0 and < 1),
            AccuracyBand = take.Number("band", "a share in (0, 1)", x => x is > 0 and < 1, usual.AccuracyBand),
            Factor = take.Number("factor", "above 1", x => x > 1, usual.Factor),
        };
        return setting => For(setting, options);
    }

    /// <summary>The method whose λ is steered.</summary>
    public ScaleRegularizer Method => _method;

    private static LambdaSteering For(RegularizerSetting setting, SteeringOptions options)
    {
        var steered = setting.Before.OfType<LambdaSteering>().Select(s => s._method);
        var method =
            setting.Before.OfType<ScaleRegularizer>().Except(steered).LastOrDefault()
            ?? throw new TrainingException("There is no scale penalty before the steering, whose λ it is to steer.");
        if (method.Lambda == 0)
        {
            var steps = setting.Training.StepsPerEpoch(setting.Samples);
            var least = LambdaRange.Least(method.Penalty, setting.Training, steps);
            method.Lambda = double.IsFinite(least)
                ? Start * least
                : throw new TrainingException(
                    FormattableString.Invariant(
                        $"{method.Penalty} is flat on the way from {Initialization.Scale} to 0: "
                    ) + "no λ empties a scale that starts there. Take a larger knee, or give lambda."
                );
        }
        return new(setting.Model, method, setting.Training, options);
    }

    /// <inheritdoc/>
    public override string Name =>
        FormattableString.Invariant($"λ steered to {_options.TargetMacs:P0} of the multiply-adds");

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, torch.Tensor> State =>
        new Dictionary<string, torch.Tensor> { ["steering"] = _position, ["steering.scales"] = _before };

    /// <inheritdoc/>
    public override Batch OnBatch(Batch batch, StepInfo step)
    {
        _method.Lambda = Numbers.Read(_position)[0];
        return batch;
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model) =>
        [("λ", _method.Lambda), ("MACs left above the gap", Left(model))];

    /// <inheritdoc/>
    public override void AfterEpoch(Model model, EpochMetrics metrics)
    {
        var scales = BatchNormScales.Values(model);
        var (before, position) = (Numbers.Read(_before), Numbers.Read(_position));
        var done = metrics.Epoch;
        var pace = _training.RateSum(done, _training.Epochs) / _training.RateSum(done - 1, done);
        // A scale on its way to zero stops there.
        double[] ahead =
        [
            .. scales.Zip(before, (now, then) => Math.Max(Math.Abs(now) + (Math.Abs(now) - Math.Abs(then)) * pace, 0)),
        ];
        var forecast = Forecast(model, ahead);
        // Over training samples: on validation images it jumps about while the rate is high.
        var accuracy = metrics.TrainAccuracy ?? 1; // without one, nothing can fall
        var best = Math.Max(position[1], accuracy);
        var lambda = Next(position[0], Left(model), forecast, best - accuracy);
        Numbers.Write(_position, [lambda, best]);
        Numbers.Write(_before, scales);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _position.Dispose();
        _before.Dispose();
        base.Dispose();
    }

    /// <summary>The λ of the next epoch.</summary>
    /// <param name="lambda">This one's.</param>
    /// <param name="left">The share of multiply-adds above the gap now.</param>
    /// <param name="forecast">And at the end, at this pace.</param>
    /// <param name="fallen">How far accuracy lies below its best.</param>
    internal double Next(double lambda, double left, double forecast, double fallen) =>
        fallen > _options.AccuracyBand || left <= _options.TargetMacs ? lambda / _options.Factor
        : forecast > _options.TargetMacs ? lambda * _options.Factor
        : lambda;

    private static double Left(Model model)
    {
        using var weights = model.CopyWeights();
        return Planner.ShareAbove(model.Network, weights, BatchNormScales.NearZero);
    }

    private static double Forecast(Model model, double[] scales)
    {
        using var weights = model.CopyWeights();
        var at = 0;
        foreach (var name in model.ScaleNames)
        {
            var count = (int)weights[name].numel();
            weights[name] = Numbers.Tensor(scales.AsSpan(at, count), [count], torch.float64);
            at += count;
        }
        return Planner.ShareAbove(model.Network, weights, BatchNormScales.NearZero);
    }
}
