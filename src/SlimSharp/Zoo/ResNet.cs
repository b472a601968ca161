using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// ResNet for large images, of basic blocks (18, 34) or bottlenecks (50) with the stride on the 3×3 convolution (He et
/// al., CVPR 2016; as in torchvision, whose names its nodes have).
/// </summary>
public static class ResNet
{
    private static readonly Dictionary<int, (int[] Blocks, int Expansion)> Configurations = new()
    {
        [18] = ([2, 2, 2, 2], 1),
        [34] = ([3, 4, 6, 3], 1),
        [50] = ([3, 4, 6, 3], 4),
    };

    /// <summary>The depths there are.</summary>
    public static IReadOnlyCollection<int> Depths => Configurations.Keys;

    /// <summary>A ResNet, every width times <paramref name="width"/>, by default for 3×224×224 images.</summary>
    /// <exception cref="NetworkException">There is no such depth, or a width comes out below 1.</exception>
    public static Network Create(int depth, int classes = 1000, double width = 1, Shape? input = null)
    {
        if (!Configurations.TryGetValue(depth, out var configuration))
            throw new NetworkException($"There is no ResNet of depth {depth}; there are {string.Join(", ", Depths)}.");
        var (blocks, expansion) = configuration;
        var b = new NetworkBuilder($"resnet{depth}", input ?? new Shape(3, 224, 224));
        var channels = Widths.Scaled(64, width);
        var x = b.Activation(
            "relu",
            b.BatchNorm("bn1", b.Convolution("conv1", b.Input, channels, kernel: 7, stride: 2))
        );
        x = b.Node("maxpool", new MaxPool(3) { Stride = 2, Padding = 1 }, x);
        for (var stage = 1; stage <= 4; stage++)
        {
            var planes = Widths.Scaled(32 << stage, width);
            for (var i = 0; i < blocks[stage - 1]; i++)
            {
                var (name, stride) = ($"layer{stage}.{i}", i == 0 && stage > 1 ? 2 : 1);
                var shortcut =
                    stride == 1 && channels == planes * expansion
                        ? x
                        : b.BatchNorm(
                            $"{name}.downsample.1",
                            b.Convolution($"{name}.downsample.0", x, planes * expansion, kernel: 1, stride)
                        );
                x =
                    expansion == 1
                        ? Basic(b, name, x, shortcut, planes, stride)
                        : Bottleneck(b, name, x, shortcut, planes, stride);
                channels = planes * expansion;
            }
        }
        return b.Build(b.Linear("fc", b.GlobalAveragePool("avgpool", x), classes));
    }

    private static string Basic(NetworkBuilder b, string name, string x, string shortcut, int planes, int stride)
    {
        var y = b.BatchNorm($"{name}.bn1", b.Convolution($"{name}.conv1", x, planes, stride: stride));
        y = b.Convolution($"{name}.conv2", b.Activation($"{name}.relu1", y), planes);
        return b.Activation($"{name}.relu2", b.Add($"{name}.add", b.BatchNorm($"{name}.bn2", y), shortcut));
    }

    private static string Bottleneck(NetworkBuilder b, string name, string x, string shortcut, int planes, int stride)
    {
        var y = b.BatchNorm($"{name}.bn1", b.Convolution($"{name}.conv1", x, planes, kernel: 1));
        y = b.Convolution($"{name}.conv2", b.Activation($"{name}.relu1", y), planes, stride: stride);
        y = b.Activation($"{name}.relu2", b.BatchNorm($"{name}.bn2", y));
        y = b.BatchNorm($"{name}.bn3", b.Convolution($"{name}.conv3", y, planes * 4, kernel: 1));
        return b.Activation($"{name}.relu3", b.Add($"{name}.add", y, shortcut));
    }
}
