using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// MobileNetV1 (Howard et al., arXiv 1704.04861) in the form of MLPerf Tiny's visual wake words: biases, BatchNorm ε =
/// 1e-3, and TensorFlow's "same" padding, whose extra pixel lies right and below. And MobileNetV2 (Sandler et al., CVPR
/// 2018; as in torchvision, for large images).
/// </summary>
public static class MobileNet
{
    private static readonly (int Channels, int Stride)[] Separable =
    [
        (64, 1),
        (128, 2),
        (128, 1),
        (256, 2),
        (256, 1),
        (512, 2),
        (512, 1),
        (512, 1),
        (512, 1),
        (512, 1),
        (512, 1),
        (1024, 2),
        (1024, 1),
    ];

    // Expansion, channels, repetitions, stride of the first.
    private static readonly (int Expansion, int Channels, int Count, int Stride)[] Inverted =
    [
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ];

    /// <summary>MobileNetV1, every width times <paramref name="width"/>, by default for 3×96×96 images.</summary>
    /// <exception cref="NetworkException">A width comes out below 1, or images are too small.</exception>
    public static Network CreateV1(int classes = 2, double width = 0.25, Shape? input = null)
    {
        var b = new NetworkBuilder("mobilenetv1", input ?? new Shape(3, 96, 96));
        var channels = Widths.Scaled(32, width);
        var size = input?.Height ?? 96;
        var x = Same(b, "conv", b.Input, channels, 3, 2, 1, ref size);
        foreach (var ((planes, stride), i) in Separable.Select((s, i) => (s, i + 1)))
        {
            x = Same(b, $"block{i}.depthwise", x, channels, 3, stride, channels, ref size);
            channels = Widths.Scaled(planes, width);
            x = Same(b, $"block{i}.pointwise", x, channels, 1, 1, 1, ref size);
        }
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("avgpool", x), classes));
    }

    /// <summary>MobileNetV2, every width times <paramref name="width"/>, by default for 3×224×224 images.</summary>
    /// <exception cref="NetworkException">A width comes out below 1, or images are too small.</exception>
    public static Network CreateV2(int classes = 1000, double width = 1, Shape? input = null)
    {
        var b = new NetworkBuilder("mobilenetv2", input ?? new Shape(3, 224, 224));
        var channels = Widths.Scaled(32, width);
        var x = Relu6(b, "features.0", b.Input, channels, stride: 2);
        var block = 0;
        foreach (var (expansion, planes, count, firstStride) in Inverted)
        {
            for (var i = 0; i < count; i++)
            {
                var (name, before, after) = ($"features.{++block}", channels, Widths.Scaled(planes, width));
                var stride = i == 0 ? firstStride : 1;
                var y = expansion == 1 ? x : Relu6(b, $"{name}.expand", x, before * expansion, kernel: 1);
                y = Relu6(b, $"{name}.depthwise", y, before * expansion, stride: stride, groups: before * expansion);
                y = b.BatchNorm($"{name}.project.bn", b.Convolution($"{name}.project.conv", y, after, kernel: 1));
                x = stride == 1 && before == after ? b.Add($"{name}.add", x, y) : y;
                channels = after;
            }
        }
        x = Relu6(b, "features.18", x, Widths.Scaled(1280, Math.Max(width, 1)), kernel: 1);
        return b.Build(
            b.Linear("classifier.1", b.Dropout("classifier.0", b.GlobalAveragePool("avgpool", x), 0.2), classes)
        );
    }

    private static string Relu6(
        NetworkBuilder b,
        string name,
        string x,
        int channels,
        int kernel = 3,
        int stride = 1,
        int groups = 1
    ) =>
        b.Activation(
            $"{name}.relu6",
            b.BatchNorm($"{name}.bn", b.Convolution($"{name}.conv", x, channels, kernel, stride, groups: groups)),
            ActivationFunction.Relu6
        );

    // Convolution with bias and "same" padding, BatchNorm, ReLU.
    private static string Same(
        NetworkBuilder b,
        string name,
        string x,
        int channels,
        int kernel,
        int stride,
        int groups,
        ref int size
    )
    {
        var y = b.Node(
            $"{name}.conv",
            SamePadding.Convolution(channels, kernel, stride, size) with
            {
                Groups = groups,
            },
            x
        );
        size = (size + stride - 1) / stride;
        return b.Activation($"{name}.relu", b.Node($"{name}.bn", new BatchNorm { Epsilon = 1e-3 }, y));
    }
}
