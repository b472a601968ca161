using SlimSharp.Formats;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>Recognises networks of the published families by their tensors, whatever their widths and depth.</summary>
internal static class PublishedNetwork
{
    private const int Pool = 0;

    /// <exception cref="FileFormatException">The tensors are those of no published family.</exception>
    internal static Network Of(string path, IReadOnlyDictionary<string, torch.Tensor> tensors) =>
        tensors.ContainsKey("feature.0.weight") ? Vgg(tensors)
        : tensors.ContainsKey("layer1.0.conv3.weight") ? PreActResNet(tensors)
        : tensors.ContainsKey("dense1.0.conv1.weight") ? DenseNet(tensors)
        : throw new FileFormatException(
            $"{path}: its tensors are not those of a published VGG, pre-activation ResNet or DenseNet."
        );

    // Layers are numbered through: a convolution, BatchNorm and ReLU take three numbers, a pooling one more.
    private static Network Vgg(IReadOnlyDictionary<string, torch.Tensor> tensors)
    {
        var convolutions = tensors
            .Where(t => t.Key.StartsWith("feature.", StringComparison.Ordinal) && t.Value.dim() == 4)
            .Select(t => (Place: int.Parse(t.Key.Split('.')[1]), Width: (int)t.Value.shape[0]))
            .OrderBy(c => c.Place)
            .ToArray();
        var widths = convolutions.SelectMany(
            (c, i) => i > 0 && c.Place - convolutions[i - 1].Place == 4 ? new[] { Pool, c.Width } : [c.Width]
        );
        return Zoo.Vgg.Create("vgg", [.. widths], (int)tensors["classifier.weight"].shape[0]);
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

    private static int Blocks(IReadOnlyDictionary<string, torch.Tensor> tensors, string stage, string layer) =>
        tensors.Keys.Count(k =>
            k.StartsWith($"{stage}.", StringComparison.Ordinal)
            && k.EndsWith($".{layer}.weight", StringComparison.Ordinal)
        );

    private static int Classes(IReadOnlyDictionary<string, torch.Tensor> tensors) => (int)tensors["fc.weight"].shape[0];
}
