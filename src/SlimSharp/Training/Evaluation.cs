using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Training;

/// <summary>Measures models on sets.</summary>
public static class Evaluation
{
    /// <summary>Loss and accuracy of a model on all images of a set.</summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Score Of(Model model, ImageSet set, Normalization normalization, CancellationToken stop = default)
    {
        var (loss, correct) = (0.0, 0L);
        Run(
            model,
            set,
            normalization,
            (outputs, labels) =>
            {
                stop.ThrowIfCancellationRequested();
                loss += Numbers.Single(F.cross_entropy(outputs, labels)) * labels.shape[0];
                correct += Correct(outputs, labels);
            }
        );
        return new(loss / set.Count, (double)correct / set.Count, set.Count);
    }

    /// <summary>For each true class, how many images were taken for each class.</summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static long[][] Confusion(Model model, ImageSet set, Normalization normalization)
    {
        long[][] counts = [.. set.Classes.Select(_ => new long[set.Classes.Length])];
        Run(
            model,
            set,
            normalization,
            (outputs, labels) =>
            {
                foreach (
                    var (truth, said) in labels
                        .cpu()
                        .data<long>()
                        .ToArray()
                        .Zip(outputs.argmax(1).cpu().data<long>().ToArray())
                )
                    counts[truth][said]++;
            }
        );
        return counts;
    }

    /// <summary>Which images of a set get their largest output at their class, in the order of the set.</summary>
    internal static bool[] Hits(Model model, ImageSet set, Normalization normalization)
    {
        var hits = new List<bool>(set.Count);
        Run(
            model,
            set,
            normalization,
            (outputs, labels) =>
            {
                using var right = outputs.argmax(1).eq(labels).cpu();
                hits.AddRange(right.data<bool>().ToArray());
            }
        );
        return [.. hits];
    }

    private static void Run(
        Model model,
        ImageSet set,
        Normalization normalization,
        Action<torch.Tensor, torch.Tensor> take
    )
    {
        CheckFit(model, set);
        foreach (var batch in ImageBatches.InOrder(set, normalization).All())
        {
            using var scope = torch.NewDisposeScope();
            using var inference = torch.inference_mode();
            using (batch)
            {
                var (images, labels) = (batch.Images.to(model.Type, model.Device), batch.Labels.to(model.Device));
                take(model.Output(images, RunMode.Evaluation), labels);
            }
        }
    }

    /// <summary>The labels of a batch where a model's loss takes them: N classes, or N×classes of their probabilities in the model's data type.</summary>
    internal static torch.Tensor Targets(Batch batch, Model model) =>
        batch.Labels.is_floating_point() ? batch.Labels.to(model.Type, model.Device) : batch.Labels.to(model.Device);

    /// <summary>How many rows of N×classes have their largest value at the label, or at the label's largest probability.</summary>
    internal static long Correct(torch.Tensor outputs, torch.Tensor labels)
    {
        using var chosen = outputs.argmax(1);
        using var likeliest = labels.dim() > 1 ? labels.argmax(1) : null;
        using var hits = chosen.eq(likeliest ?? labels);
        using var sum = hits.sum();
        return (long)Numbers.Single(sum);
    }

    /// <summary>Throws if a model is not made for the images and classes of a set.</summary>
    /// <exception cref="DataException">It takes other images, has outputs for another number of classes, or its outputs are no vector of classes.</exception>
    public static void CheckFit(Model model, ImageSet set)
    {
        CheckImages(model.Network, set);
        CheckClasses(model.Network, set);
    }

    /// <summary>Throws if a network does not take the images of a set, whatever their classes.</summary>
    /// <exception cref="DataException">It has several inputs, or takes images of another shape.</exception>
    public static void CheckImages(Network network, ImageSet set)
    {
        if (network.Inputs.Count() != 1)
            throw new DataException($"{network.Name} has {network.Inputs.Count()} inputs; images are one.");
        var input = network.Shapes[network.Inputs.First().Name];
        if (set.Shape != input)
            throw new DataException(
                $"{set.Name}: images are {set.Shape}, but {network.Name} takes {input}. Give DataOptions.Size, DataOptions.Pad or DataOptions.Channels."
            );
    }

    /// <summary>Throws if a network is not made for the classes of a set.</summary>
    /// <exception cref="DataException">It has outputs for another number of classes, or its outputs are no vector of classes.</exception>
    public static void CheckClasses(Network network, ImageSet set)
    {
        if (NoClasses(network) is { } reason)
            throw new DataException($"{reason}; there is no accuracy to measure.");
        var classes = network.Shapes[network.Outputs[0]].Channels;
        if (set.Classes.Length != classes)
            throw new DataException(
                $"{set.Name}: has {set.Classes.Length} classes, but {network.Name} was made for {classes}."
            );
    }

    /// <summary>Why the outputs of a network are no vector of classes, as the beginning of a sentence; null where they are one.</summary>
    public static string? NoClasses(Network network) =>
        network.Outputs.Length != 1 ? $"{network.Name} has {network.Outputs.Length} outputs, not one vector of classes"
        : network.Shapes[network.Outputs[0]] is { IsImage: true } image
            ? $"The output of {network.Name} is an image of {image}, not a vector of classes"
        : null;
}
