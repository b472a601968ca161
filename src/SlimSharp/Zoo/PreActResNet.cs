using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// ResNet with pre-activation bottlenecks for 32×32 images, depth 9n + 2 (He et al., ECCV 2016), as in the
/// network-slimming papers: three stages of planes 16, 32, 64 with four times as many on the trunk; 1×1 convolutions on
/// the raw input at the head of each stage. Nodes are named as in the published code.
/// </summary>
public static class PreActResNet
{
    private const int Expansion = 4;

    /// <summary>The depths in the literature; any other 9n + 2 can be made too.</summary>
    public static IReadOnlyList<int> Depths { get; } = [20, 29, 56, 110, 164];

    /// <summary>
    /// A pre-activation ResNet, every width times <paramref name="width"/>, by default for 3×32×32 images.
    /// </summary>
    /// <exception cref="NetworkException">The depth is not 9n + 2, or a width comes out below 1.</exception>
    public static Network Create(int depth, int classes = 10, double width = 1, Shape? input = null)
    {
        if (depth < 11 || (depth - 2) % 9 != 0)
            throw new NetworkException(
                $"A pre-activation ResNet has a depth of 9n + 2, such as 20 or 164, not {depth}."
            );
        var b = new NetworkBuilder($"preresnet{depth}", input ?? new Shape(3, 32, 32));
        var x = b.Convolution("conv1", b.Input, Widths.Scaled(16, width));
        for (var stage = 1; stage <= 3; stage++)
        {
            var planes = Widths.Scaled(8 << stage, width);
            for (var i = 0; i < (depth - 2) / 9; i++)
                x = Block(b, $"layer{stage}.{i}", x, planes, stride: i == 0 && stage > 1 ? 2 : 1, first: i == 0);
        }
        x = b.Activation("relu", b.BatchNorm("bn", x));
        return b.Build(b.Linear("fc", b.Flatten("flatten", b.AveragePool("avgpool", x, 8)), classes));
    }

    private static string Block(NetworkBuilder b, string name, string x, int planes, int stride, bool first)
    {
        var y = b.Activation($"{name}.relu1", b.BatchNorm($"{name}.bn1", x));
        y = b.Convolution($"{name}.conv1", y, planes, kernel: 1);
        y = b.Activation($"{name}.relu2", b.BatchNorm($"{name}.bn2", y));
        y = b.Convolution($"{name}.conv2", y, planes, kernel: 3, stride);
        y = b.Activation($"{name}.relu3", b.BatchNorm($"{name}.bn3", y));
        y = b.Convolution($"{name}.conv3", y, planes * Expansion, kernel: 1);
        var shortcut = first ? b.Convolution($"{name}.downsample.0", x, planes * Expansion, kernel: 1, stride) : x;
        return b.Add($"{name}.add", y, shortcut);
    }
}
