using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// The networks that orthonormality regularisation was published with (Lubana et al., arXiv 2009.05014), for images of
/// 32×32 and 64×64: what differs from their namesakes is the order of layers, the biases and where images become
/// smaller. Nodes are named as in the released code.
/// </summary>
public static class OrthoNetworks
{
    private static readonly int[] MobileStrides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1];

    /// <summary>The convolutions of the VGG-13 at full width.</summary>
    public static IReadOnlyList<int> VggWidths { get; } = [64, 64, 128, 128, 256, 256, 512, 512, 512, 512];

    /// <summary>The first convolution of the MobileNetV1 and its blocks at full width.</summary>
    public static IReadOnlyList<int> MobileNetWidths { get; } =
    [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024];

    /// <summary>The stages of the ResNet-34, blocks and width.</summary>
    public static IReadOnlyList<(int Blocks, int Width)> ResNet34Stages { get; } =
    [(3, 64), (4, 128), (6, 256), (3, 512)];

    /// <summary>The stages of the ResNet-56, blocks and width.</summary>
    public static IReadOnlyList<(int Blocks, int Width)> ResNet56Stages { get; } = [(9, 16), (9, 32), (9, 64)];

    /// <summary>
    /// VGG-13: convolution with bias, ReLU and only then BatchNorm, a pooling after every second, and one linear layer.
    /// </summary>
    /// <param name="widths">Of the ten convolutions, or any even number of them.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="input">Channels × height × width; 3×32×32 by default.</param>
    /// <exception cref="NetworkException">A width is below 1, or images are too small.</exception>
    public static Network Vgg(IReadOnlyList<int> widths, int classes = 10, Shape? input = null)
    {
        var b = new NetworkBuilder("vgg13-ortho", input ?? new Shape(3, 32, 32));
        var (x, at) = (b.Input, 0);
        foreach (var (width, i) in widths.Select((w, i) => (w, i)))
        {
            x = b.Node($"features.{at++}", new Convolution(width, 3) { Padding = 1, Bias = true }, x);
            x = b.Activation($"features.{at++}", x);
            x = b.BatchNorm($"features.{at++}", x);
            if (i % 2 == 1)
                x = b.MaxPool($"features.{at++}", x);
        }
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("avgpool", x), classes));
    }

    /// <summary>MobileNetV1: no stride at the beginning, and four blocks with one.</summary>
    /// <param name="widths">Of the first convolution and of each block.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="input">Channels × height × width; 3×32×32 by default.</param>
    /// <exception cref="NetworkException">A width is below 1.</exception>
    public static Network MobileNet(IReadOnlyList<int> widths, int classes = 10, Shape? input = null)
    {
        var b = new NetworkBuilder("mobilenetv1-ortho", input ?? new Shape(3, 32, 32));
        var x = Normalized(b, "conv1", "bn1", b.Input, widths[0]);
        foreach (var (width, i) in widths.Skip(1).Select((w, i) => (w, i)))
        {
            var name = $"layers.{i}";
            x = Normalized(b, $"{name}.conv1", $"{name}.bn1", x, widths[i], MobileStrides[i], groups: widths[i]);
            x = Normalized(b, $"{name}.conv2", $"{name}.bn2", x, width, kernel: 1);
        }
        return b.Build(b.Linear("linear", b.GlobalAveragePool("avgpool", x), classes));
    }

    /// <summary>
    /// A ResNet of basic blocks without a stride or pooling at the beginning, and 1×1 shortcuts with BatchNorm where
    /// the width changes.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="stages">Blocks and width of each.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="input">Channels × height × width; 3×32×32 by default.</param>
    /// <exception cref="NetworkException">A width is below 1.</exception>
    public static Network ResNet(
        string name,
        IReadOnlyList<(int Blocks, int Width)> stages,
        int classes = 10,
        Shape? input = null
    )
    {
        var b = new NetworkBuilder(name, input ?? new Shape(3, 32, 32));
        var channels = stages[0].Width;
        var x = Normalized(b, "conv1", "bn1", b.Input, channels);
        foreach (var ((blocks, width), stage) in stages.Select((s, i) => (s, i + 1)))
        {
            for (var i = 0; i < blocks; i++, channels = width)
                x = Block(b, $"layer{stage}.{i}", x, channels, width, i == 0 && stage > 1 ? 2 : 1);
        }
        return b.Build(b.Linear("linear", b.GlobalAveragePool("avgpool", x), classes));
    }

    private static string Block(NetworkBuilder b, string name, string x, int channels, int width, int stride)
    {
        var y = Normalized(b, $"{name}.conv1", $"{name}.bn1", x, width, stride);
        y = b.BatchNorm($"{name}.bn2", b.Convolution($"{name}.conv2", y, width));
        if (stride > 1 || channels != width)
            x = b.BatchNorm(
                $"{name}.shortcut.1",
                b.Convolution($"{name}.shortcut.0", x, width, kernel: 1, stride: stride)
            );
        return b.Activation($"{name}.relu", b.Add($"{name}.add", y, x));
    }

    // Convolution, BatchNorm, ReLU.
    private static string Normalized(
        NetworkBuilder b,
        string convolution,
        string norm,
        string x,
        int width,
        int stride = 1,
        int kernel = 3,
        int groups = 1
    ) =>
        b.Activation(
            $"{norm}.relu",
            b.BatchNorm(norm, b.Convolution(convolution, x, width, kernel, stride, groups: groups))
        );
}
