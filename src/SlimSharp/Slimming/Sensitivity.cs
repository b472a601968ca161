using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Slimming;

/// <summary>
/// How much the loss on each of some images would change, to first order, if a channel of a layer were masked: Σ a·∂loss/∂a over its places, a being
/// the layer's output. Measured at BatchNorms, and at convolutions and linear layers whose channels pass no BatchNorm.
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

    /// <summary>Measures on images spread over a set, not augmented, in evaluation.</summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static Sensitivity Of(Model model, ImageSet train, Normalization normalization, int images = 512)
    {
        Evaluation.CheckFit(model, train);
        using var copy = new Model(model.Network, model.CopyWeights()) { Options = ScheduleOptions.Plain };
        copy.eval();
        var layers = Layers(copy.Network);
        var places = train.Spread(images);
        var effects = layers.ToDictionary(l => l, l => new float[places.Length, copy.Network.Shapes[l].Channels]);
        for (var at = 0; at < places.Length; at += BatchSize)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = ImageBatches
                .InOrder(train, normalization)
                .Make(places[at..Math.Min(at + BatchSize, places.Length)]);
            Measure(copy, batch, layers, effects, at);
        }
        return new(places.Length, effects);
    }

    private static void Measure(Model model, Batch batch, string[] layers, Dictionary<string, float[,]> effects, int at)
    {
        var output = model.Network.Outputs[0];
        var values = model.Run(
            new Dictionary<string, torch.Tensor>
            {
                [model.Network.Inputs.First().Name] = batch.Images.to(model.Type, model.Device),
            },
            [.. layers.Append(output).Distinct()],
            mode: RunMode.Evaluation
        );
        var loss = F.cross_entropy(values[output], batch.Labels.to(model.Device), reduction: torch.nn.Reduction.Sum);
        var gradients = torch.autograd.grad([loss], [.. layers.Select(l => values[l])]);
        foreach (var (layer, gradient) in layers.Zip(gradients))
        {
            var product = values[layer].detach().mul(gradient);
            var sums = Numbers.Read(product.dim() > 2 ? product.sum([2, 3]) : product); // N×C
            var channels = effects[layer].GetLength(1);
            for (var i = 0; i < sums.Length; i++)
                effects[layer][at + i / channels, i % channels] = (float)sums[i];
        }
    }

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
