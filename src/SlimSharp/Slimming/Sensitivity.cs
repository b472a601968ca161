using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// How much the loss on each of some images would change, to first order, if a channel of a layer were masked: Σ
/// a·∂loss/∂a over its places, a being the layer's output. Measured at BatchNorms, and at convolutions and linear
/// layers whose channels pass no BatchNorm.
/// </summary>
public sealed class Sensitivity : Evidence
{
    private const int BatchSize = 32;

    private Sensitivity(int images, IReadOnlyDictionary<string, float[,]> effects) =>
        (Images, Effects) = (images, effects);

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>By node: images × channels.</summary>
    internal IReadOnlyDictionary<string, float[,]> Effects { get; }

    /// <summary>
    /// Measures the loss of an objective, by default of classification, on images spread over a set, not augmented, in
    /// evaluation.
    /// </summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static Sensitivity Of(
        Model model,
        ImageSet train,
        Normalization normalization,
        int images = 512,
        Objective? objective = null
    )
    {
        var (source, places) = (ImageBatches.InOrder(train, normalization), train.Spread(images));
        (objective ??= new Classification()).Check(model.Network, source);
        return Of(model, objective, places.Length, places.Chunk(BatchSize).Select(b => source.Make(b)));
    }

    private static Sensitivity Of(Model model, Objective objective, int samples, IEnumerable<Batch> batches)
    {
        using var copy = new Model(model.Network, model.CopyWeights()) { Options = ScheduleOptions.Plain };
        copy.eval();
        var layers = Layers(copy.Network);
        var effects = layers.ToDictionary(l => l, l => new float[samples, copy.Network.Shapes[l].Channels]);
        var at = 0;
        foreach (var given in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = objective.Prepare(given);
            Measure(copy, objective, batch, layers, effects, at);
            at += batch.Count;
        }
        return new(samples, effects);
    }

    private static void Measure(
        Model model,
        Objective objective,
        Batch batch,
        string[] layers,
        Dictionary<string, float[,]> effects,
        int at
    )
    {
        var values = model.Run(
            batch.InputsFor(model),
            [.. layers.Concat(objective.Nodes(model.Network)).Distinct()],
            mode: RunMode.Evaluation
        );
        using Scalar count = (double)batch.Count; // the loss is a mean over samples, of which each has its own effects
        var loss = objective.EvaluationLoss(model.Network, batch, values).mul(count);
        var gradients = torch.autograd.grad([loss], [.. layers.Select(l => values[l])]);
        foreach (var (layer, gradient) in layers.Zip(gradients))
        {
            var product = values[layer].detach().mul(gradient);
            var sums = Numbers.Read(OverPositions(product)); // N×C
            var channels = effects[layer].GetLength(1);
            for (var i = 0; i < sums.Length; i++)
                effects[layer][at + i / channels, i % channels] = (float)sums[i];
        }
    }

    private static torch.Tensor OverPositions(torch.Tensor values) =>
        values.dim() switch
        {
            4 => values.sum([2, 3]),
            3 => values.sum([1]),
            _ => values,
        };

    private static string[] Layers(Network network)
    {
        var norms = network.Nodes.Where(n => n.Layer.Statistics() is not null).Select(n => n.Name).ToHashSet();
        var without = ChannelGroups
            .Of(network)
            .Where(g => !g.Channels.Keys.Any(norms.Contains))
            .SelectMany(g => g.Channels.Keys)
            .Where(n => network.HasWeights(network[n]));
        return [.. network.Nodes.Select(n => n.Name).Where(norms.Union(without).ToHashSet().Contains)];
    }
}
