using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// The all convolutional net (Springenberg et al., ICLR 2015, All-CNN-C), with BatchNorm: no pooling but the last, no
/// linear layer; strides make images smaller.
/// </summary>
public static class AllConvolutional
{
    /// <summary>It, with every width times <paramref name="width"/>, by default for 3×32×32 images.</summary>
    /// <exception cref="NetworkException">A width comes out below 1.</exception>
    public static Network Create(int classes = 10, double width = 1, Shape? input = null)
    {
        var b = new NetworkBuilder("allcnn", input ?? new Shape(3, 32, 32));
        var x = b.Input;
        foreach (var (stage, channels) in new[] { (1, 96), (2, 192) })
        {
            var wide = Widths.Scaled(channels, width);
            x = b.ConvBnRelu($"stage{stage}.a", x, wide);
            x = b.ConvBnRelu($"stage{stage}.b", x, wide);
            x = b.ConvBnRelu($"stage{stage}.smaller", x, wide, stride: 2);
        }
        x = b.ConvBnRelu("last.a", x, Widths.Scaled(192, width));
        x = b.ConvBnRelu("last.b", x, Widths.Scaled(192, width), kernel: 1);
        return b.Build(b.GlobalAveragePool("classes", b.Convolution("classifier", x, classes, kernel: 1)));
    }
}
