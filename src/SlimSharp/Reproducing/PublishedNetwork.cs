using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Reproducing;

/// <summary>A network of one of the published families, recognised by its tensors, whatever its widths and depth.</summary>
/// <param name="Network">The network.</param>
/// <param name="Names">By the published names of tensors, ours.</param>
internal sealed record PublishedNetwork(Network Network, IReadOnlyDictionary<string, string> Names)
{
    private const int Pool = 0;
    private static readonly string[] Kinds = ["weight", "bias", "running_mean", "running_var"];

    /// <exception cref="FileFormatException">The tensors are those of no published family.</exception>
    internal static PublishedNetwork Of(string path, IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var found =
            tensors.ContainsKey("feature.0.weight") ? Vgg(tensors)
            : tensors.ContainsKey("layer1.0.conv3.weight") ? Named(PreActResNet(tensors), tensors)
            : tensors.ContainsKey("dense1.0.conv1.weight") ? Named(DenseNet(tensors), tensors)
            : throw new FileFormatException(
                $"{path}: its tensors are not those of a published VGG, pre-activation ResNet or DenseNet."
            );
        var ours = found.Network.Parameters().Select(p => p.Name).ToHashSet();
        return ours.SetEquals(found.Names.Values)
            ? found
            : throw new FileFormatException(
                $"{path}: the tensor '{ours.Except(found.Names.Values).Concat(found.Names.Values.Except(ours)).First()}' is missing or too many."
            );
    }

    /// <summary>The tensors under our names, in float64; the caller disposes them.</summary>
    internal Weights Weights(IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var weights = new Weights();
        foreach (var (theirs, ours) in Names)
            weights[ours] = tensors[theirs].to(torch.float64, copy: true);
        return weights;
    }

    // Layers are numbered through: a convolution, BatchNorm and ReLU take three numbers, a pooling one more.
    private static PublishedNetwork Vgg(IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var convolutions = tensors
            .Where(t => t.Key.StartsWith("feature.", StringComparison.Ordinal) && t.Value.dim() == 4)
            .Select(t => (Place: int.Parse(t.Key.Split('.')[1]), Width: (int)t.Value.shape[0]))
            .OrderBy(c => c.Place)
            .ToArray();
        var widths = convolutions.SelectMany(
            (c, i) => i > 0 && c.Place - convolutions[i - 1].Place == 4 ? new[] { Pool, c.Width } : [c.Width]
        );
        var network = Zoo.Vgg.Create("vgg", [.. widths], (int)tensors["classifier.weight"].shape[0]);
        var theirs = tensors
            .Keys.OrderBy(k => int.TryParse(k.Split('.')[1], out var place) ? place : int.MaxValue)
            .ThenBy(k => Array.IndexOf(Kinds, k.Split('.')[^1]));
        return new(network, theirs.Zip(network.Parameters()).ToDictionary(p => p.First, p => p.Second.Name));
    }

    private static Network PreActResNet(IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        Zoo.PreActResNet.Create(
            9 * Blocks(tensors, "layer1", "conv1") + 2,
            Classes(tensors),
            tensors["conv1.weight"].shape[0] / 16.0
        );

    private static Network DenseNet(IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        Zoo.DenseNet.Create(
            3 * Blocks(tensors, "dense1", "conv1") + 4,
            Classes(tensors),
            tensors["dense1.0.conv1.weight"].shape[0] / 12.0
        );

    private static PublishedNetwork Named(Network network, IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        new(network, tensors.Keys.ToDictionary(k => k));

    private static int Blocks(IReadOnlyDictionary<string, torch.Tensor> tensors, string stage, string layer) =>
        tensors.Keys.Count(k =>
            k.StartsWith($"{stage}.", StringComparison.Ordinal)
            && k.EndsWith($".{layer}.weight", StringComparison.Ordinal)
        );

    private static int Classes(IReadOnlyDictionary<string, torch.Tensor> tensors) => (int)tensors["fc.weight"].shape[0];
}
