using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Mixup (Zhang, Cissé, Dauphin and Lopez-Paz, ICLR 2018): trains on convex combinations of two samples and of their
/// targets. Labels become probabilities of classes, N×classes, and targets that are numbers are mixed as such; with the
/// loss λ·H(a) + (1 − λ)·H(b) of the two labels, as it is often written, that is the same.
/// </summary>
public sealed class Mixup : Regularizer
{
    private readonly double _alpha;
    private readonly int _classes;
    private readonly long _seed;

    /// <param name="alpha">
    /// α > 0 of the weights' Beta(α, α); published are 0.2 to 0.4 for ImageNet, 1 for CIFAR-10.
    /// </param>
    /// <param name="classes">How many classes labels are of; 0 where there are none, but numbers.</param>
    /// <param name="seed">What weights and partners are a function of, with the epoch and the samples' indices.</param>
    /// <exception cref="ArgumentOutOfRangeException">α is not positive, or the number of classes negative.</exception>
    public Mixup(double alpha, int classes, long seed = 0)
    {
        if (!(alpha > 0 && double.IsFinite(alpha)))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "α must be positive.");
        ArgumentOutOfRangeException.ThrowIfNegative(classes);
        (_alpha, _classes, _seed) = (alpha, classes, seed);
    }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"mixup, α = {_alpha}");

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var alpha = take.Number("alpha", "positive", a => a > 0);
        return setting => new Mixup(alpha, Classes(setting.Model.Network), setting.Seed);
    }

    /// <inheritdoc/>
    public override Batch OnBatch(Batch batch, StepInfo step)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var mixing = Mixing.Draw(_seed, step.Epoch, batch.Indices, _alpha);
        var inputs = batch.Inputs.ToDictionary(t => t.Key, t => Mixed(mixing, t.Key, t.Value));
        var targets = batch.Targets.ToDictionary(
            t => t.Key,
            t =>
                Mixed(
                    mixing,
                    t.Key,
                    t.Value.dtype == torch.int64 && t.Value.dim() == 1 ? Probabilities(t.Value) : t.Value
                )
        );
        var mixed = new Batch(inputs, targets, batch.Indices);
        batch.Dispose();
        return mixed;
    }

    private static torch.Tensor Mixed(Mixing mixing, string name, torch.Tensor samples) =>
        samples.is_floating_point()
            ? mixing.Of(samples).MoveToOuterDisposeScope()
            : throw new TrainingException(
                $"Mixup mixes '{name}', but that holds {samples.dtype}, of which there is nothing between two; "
                    + "leave mixup out."
            );

    // 0 where outputs are no classes: then targets are numbers, and there is no label.
    private static int Classes(Network network) =>
        Classification.NoClasses(network) is null ? network.Shapes[network.Outputs[0]].Channels : 0;

    // N to N×classes.
    private torch.Tensor Probabilities(torch.Tensor labels)
    {
        var (least, largest) = (labels.min().item<long>(), labels.max().item<long>());
        return least >= 0 && largest < _classes
            ? torch.nn.functional.one_hot(labels, _classes).to(torch.float64) // the loss takes them in its own type
            : throw new TrainingException(
                $"A label is {(least < 0 ? least : largest)}, but the network tells {_classes} classes apart; "
                    + "mixup needs labels of those."
            );
    }
}
