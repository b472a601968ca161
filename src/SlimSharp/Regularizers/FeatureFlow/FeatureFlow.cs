using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Feature flow regularisation (Wu, Lan, Zhang and Xiang, arXiv 2106.02914; Neural Networks 2023): the features x₀, x₁,
/// …, x_T of successive hidden layers are points of a trajectory, whose length Σ‖x_{t+1} − x_t‖ and total absolute
/// curvature Σ‖x_{t+1} − 2x_t + x_{t−1}‖ join the loss. Short and straight flows need few filters. The formulas are
/// read from the abstracts, for nothing else is published; what they leave open are <see cref="FlowOptions"/>.
/// </summary>
public sealed class FeatureFlow : Regularizer
{
    private const string Accuracy = "accuracy";
    private const double NearChance = 1.5;
    private readonly FlowOptions _options;
    private readonly double _chance;
    private readonly torch.Tensor _sums = torch.zeros(3, torch.float64); // length, curvature, steps
    private bool _hasWarned;

    /// <param name="network">The network that is trained.</param>
    /// <param name="options">How its flow is measured and weighed; null for the defaults.</param>
    /// <exception cref="TrainingException">An option is out of range, or there is no flow.</exception>
    public FeatureFlow(Network network, FlowOptions? options = null)
    {
        _options = options ?? new();
        _options.Check();
        Stages = FlowPath.Of(network, _options);
        Features = [.. Stages.SelectMany(s => s)];
        if (_options.Length == 0 && Stages.All(s => s.Length < 3))
            throw new TrainingException(
                $"No three successive features of {network.Name} can be compared, so that its flow has no curvature; give FlowOptions.Length a weight, or name FlowOptions.Nodes."
            );
        _chance = Classification.NoClasses(network) is null ? 1.0 / network.Shapes[network.Outputs[0]].Channels : 0;
        _sums.DetachFromDisposeScope();
    }

    /// <summary>Is told that nothing is learned; null for nobody.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>The nodes of the flow, by stages.</summary>
    public ImmutableArray<ImmutableArray<string>> Stages { get; }

    /// <inheritdoc/>
    public override string Name =>
        FormattableString.Invariant($"feature flow, length {_options.Length}, curvature {_options.Curvature}");

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Features { get; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, torch.Tensor> State =>
        new Dictionary<string, torch.Tensor> { ["flow"] = _sums };

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var options = FlowOptions.Read(take);
        return setting => new FeatureFlow(setting.Model.Network, options) { Warning = setting.Warning };
    }

    /// <inheritdoc/>
    public override torch.Tensor? Loss(
        Model model,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        StepInfo step
    )
    {
        var share = _options.WarmUp > 0 ? Math.Min(step.Progress / _options.WarmUp, 1) : 1;
        torch.Tensor? loss = null;
        var (length, curvature) = (0.0, 0.0);
        foreach (var stage in Stages)
        {
            torch.Tensor[] features = [.. stage.Select(n => values[n])];
            var (term, l, c) = Term(features, share);
            loss = loss is null ? term : loss.add(term, Scalars.One);
            (length, curvature) = (length + l, curvature + c);
        }
        using var still = torch.no_grad();
        using var seen = torch.tensor(new[] { length, curvature, 1 });
        _sums.add_(seen, Scalars.One);
        return loss;
    }

    /// <summary>The weighted term of one stage, and what was measured.</summary>
    internal (torch.Tensor Loss, double Length, double Curvature) Term(torch.Tensor[] features, double share)
    {
        var (a, b) = (share * _options.Length, share * _options.Curvature);
        features = [.. features.Select(AtLeastSingle)];
        if (_options.Norm == FlowNorm.L1 && _options.Stages == FlowStages.Within && FlowKernel.Fits(features))
        {
            var numbers = _options.Reduction == FlowReduction.Mean ? features[0].numel() / features[0].shape[0] : 1;
            var (loss, l, c) = FlowFunction.Of(features, a / numbers, b / numbers);
            return (loss, l / numbers, c / numbers);
        }
        var (length, curvature) = FlowTerms.Of(features, _options);
        using Scalar first = a;
        using Scalar second = b;
        return (
            length.mul(first).add(curvature.mul(second), Scalars.One),
            Numbers.Single(length),
            Numbers.Single(curvature)
        );
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, double Value)> Measures(Model model)
    {
        var sums = Numbers.Read(_sums);
        if (sums[2] == 0)
            yield break;
        yield return ("flow length", sums[0] / sums[2]);
        yield return ("flow curvature", sums[1] / sums[2]);
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Model model, EpochMetrics metrics)
    {
        using var still = torch.no_grad();
        _sums.zero_();
        if (
            _hasWarned
            || metrics.Epoch < 2
            || !metrics.Train.TryGetValue(Accuracy, out var accuracy)
            || accuracy > NearChance * _chance
        )
            return;
        _hasWarned = true;
        Warning?.Invoke(
            FormattableString.Invariant(
                $"feature flow: after {metrics.Epoch} epochs the network does hardly better than chance ({100 * accuracy:F1} %); smaller weights than length={_options.Length} and curvature={_options.Curvature}, or a longer warmup, would let it learn."
            )
        );
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _sums.Dispose();
        base.Dispose();
    }

    // bfloat16 has too few digits for differences.
    private static torch.Tensor AtLeastSingle(torch.Tensor features) =>
        features.dtype is torch.ScalarType.Float32 or torch.ScalarType.Float64 ? features : features.to(torch.float32);
}
