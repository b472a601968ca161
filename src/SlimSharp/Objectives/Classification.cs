using System.Runtime.InteropServices;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Objectives;

/// <summary>
/// One class per sample: the cross-entropy of the logits, N×classes, with the target "label": N classes, int64, or
/// N×classes of their probabilities. Of several outputs each learns the target of its own name where the batch has one,
/// else the common label, and the loss is the sum over the outputs. Measures the accuracy: of several outputs the mean,
/// and that of each.
/// </summary>
public sealed class Classification : Objective
{
    /// <summary>The share of each label that is spread over all classes in training, in [0, 1).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public double LabelSmoothing
    {
        get;
        init =>
            field = value is >= 0 and < 1
                ? value
                : throw new ArgumentOutOfRangeException(nameof(value), value, "Label smoothing must be in [0, 1).");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<NamedMeasure> Measures(Network network) => PerOutput(network, NamedMeasure.Accuracy);

    /// <inheritdoc/>
    public override void Check(Network network, BatchSource source)
    {
        if (source is ImageBatches images)
        {
            CheckFit(network, images.Set);
            return;
        }
        if (NoClasses(network) is { } reason)
            throw new DataException($"{reason}; there is no accuracy to measure.");
        if (!source.Targets.Contains(Batch.Label) && !network.Outputs.All(source.Targets.Contains))
            throw new DataException(
                $"{source.Name}: there is no target '{Batch.Label}'; classification needs one class per sample."
            );
    }

    /// <summary>Throws if a network is not made for the images and classes of a set.</summary>
    /// <exception cref="DataException">See <see cref="ImageSet.CheckFits"/> and <see cref="CheckClasses"/>.</exception>
    public static void CheckFit(Network network, ImageSet set)
    {
        set.CheckFits(network);
        CheckClasses(network, set);
    }

    /// <summary>Throws if a network is not made for the classes of a set.</summary>
    /// <exception cref="DataException">
    /// The set has no labels, the network has outputs for another number of classes, or an output is no vector of
    /// classes.
    /// </exception>
    public static void CheckClasses(Network network, ImageSet set)
    {
        if (NoClasses(network) is { } reason)
            throw new DataException($"{reason}; there is no accuracy to measure.");
        if (!set.HasLabels)
            throw new DataException($"{set.Name}: its images have no labels; give images in one folder per class.");
        foreach (var classes in network.Outputs.Select(o => network.Shapes[o].Channels))
        {
            if (set.Classes.Length != classes)
                throw new DataException(
                    $"{set.Name}: has {set.Classes.Length} classes, but {network.Name} was made for {classes}."
                );
        }
    }

    /// <summary>
    /// Why the outputs of a network are no vectors of classes, as the beginning of a sentence; null where each is one,
    /// of as many classes as the others.
    /// </summary>
    public static string? NoClasses(Network network)
    {
        var several = network.Outputs.Length > 1;
        if (network.Outputs.FirstOrDefault(o => !network.Shapes[o].IsVector) is { } output)
            return $"The output {(several ? $"'{output}' " : "")}of {network.Name} is {network.Shapes[output].InWords}, "
                + "not a vector of classes";
        return network.Outputs.Select(o => network.Shapes[o].Channels).Distinct().Count() > 1
            ? $"{network.Name} has {network.Outputs.Length} outputs of different lengths, not vectors of the same classes"
            : null;
    }

    /// <inheritdoc/>
    public override torch.Tensor Loss(Network network, Batch batch, IReadOnlyDictionary<string, torch.Tensor> values) =>
        Loss(network, batch, values, LabelSmoothing);

    /// <inheritdoc/>
    public override torch.Tensor EvaluationLoss(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values
    ) => Loss(network, batch, values, 0);

    /// <inheritdoc/>
    public override void AddMeasures(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        Span<double> sums
    ) => AddPerOutput([.. network.Outputs.Select(o => Hits(values[o], LabelsFor(values[o], batch, o)))], sums);

    private static torch.Tensor Loss(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        double smoothing
    ) => Sum(network.Outputs.Select(o => CrossEntropy(values[o], LabelsFor(values[o], batch, o), smoothing)));

    private static torch.Tensor CrossEntropy(torch.Tensor logits, torch.Tensor labels, double smoothing)
    {
        try
        {
            return F.cross_entropy(logits, labels, ignore_index: long.MinValue, label_smoothing: smoothing);
        }
        catch (ExternalException e) when (!labels.is_floating_point())
        {
            var (least, largest) = (labels.min().item<long>(), labels.max().item<long>());
            var wrong = least < 0 ? least : largest;
            if (wrong >= 0 && wrong < logits.shape[1])
                throw;
            throw new DataException($"A label is {wrong}, but classes are from 0 to {logits.shape[1] - 1}.", e);
        }
    }

    // N classes, or N×classes of their probabilities, as mixing makes them, in the data type of the logits.
    private static torch.Tensor LabelsFor(torch.Tensor logits, Batch batch, string output)
    {
        var labels = batch.Targets.TryGetValue(output, out var own) ? own : batch.Labels;
        if (!(labels.is_floating_point() ? labels.shape.AsSpan().SequenceEqual(logits.shape) : labels.dim() == 1))
            throw new DataException(
                $"The labels of '{output}' are {string.Join('×', labels.shape)} of {labels.dtype}, but must be N whole "
                    + $"numbers, or {string.Join('×', logits.shape)} probabilities of classes."
            );
        return labels.to(labels.is_floating_point() ? logits.dtype : torch.int64, logits.device);
    }

    // How many rows of N×classes have their largest value at the label, or where the label has its own.
    private static double Hits(torch.Tensor logits, torch.Tensor labels)
    {
        using var chosen = logits.argmax(1);
        using var likeliest = labels.dim() > 1 ? labels.argmax(1) : null;
        using var hits = chosen.eq(likeliest ?? labels);
        using var sum = hits.sum();
        return Numbers.Single(sum);
    }
}
