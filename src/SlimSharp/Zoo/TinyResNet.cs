using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// The ResNet-8 of MLPerf Tiny's image classification: biases, BatchNorm ε = 1e-3, TensorFlow's "same" padding, 1×1
/// shortcuts without BatchNorm (Banbury et al., NeurIPS Datasets and Benchmarks 2021).
/// </summary>
public static class TinyResNet
{
    /// <summary>The ResNet-8, every width times <paramref name="width"/>, by default for 3×32×32 images.</summary>
    /// <exception cref="NetworkException">A width comes out below 1.</exception>
    public static Network Create(int classes = 10, double width = 1, Shape? input = null)
    {
        var b = new NetworkBuilder("resnet8", input ?? new Shape(3, 32, 32));
        var size = input?.Height ?? 32;
        var x = b.Activation("relu", Normalised(b, "conv", b.Input, Widths.Scaled(16, width), 1, size));
        foreach (var (planes, stage) in new[] { (16, 1), (32, 2), (64, 3) })
        {
            var (channels, stride) = (Widths.Scaled(planes, width), stage == 1 ? 1 : 2);
            var y = b.Activation(
                $"stack{stage}.relu1",
                Normalised(b, $"stack{stage}.conv1", x, channels, stride, size)
            );
            y = Normalised(b, $"stack{stage}.conv2", y, channels, 1, (size + stride - 1) / stride);
            if (stage > 1)
                x = b.Node($"stack{stage}.shortcut", SamePadding.Convolution(channels, 1, stride, size), x);
            x = b.Activation($"stack{stage}.relu2", b.Add($"stack{stage}.add", x, y));
            size = (size + stride - 1) / stride;
        }
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("avgpool", x), classes));
    }

    private static string Normalised(NetworkBuilder b, string name, string x, int channels, int stride, int size) =>
        b.Node(
            $"{name}.bn",
            new BatchNorm { Epsilon = 1e-3 },
            b.Node(name, SamePadding.Convolution(channels, 3, stride, size), x)
        );
}
