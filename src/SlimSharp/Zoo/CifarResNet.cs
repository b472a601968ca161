using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// ResNet with basic blocks for 32×32 images, depth 6n + 2, widths 16, 32, 64 (He et al., CVPR 2016, section 4.2), with
/// either shortcut: subsampling and channels of zeros on both sides (option A), or a 1×1 convolution with BatchNorm
/// (option B).
/// </summary>
public static class CifarResNet
{
    /// <summary>The depths in the literature; any other 6n + 2 can be made too.</summary>
    public static IReadOnlyList<int> Depths { get; } = [20, 32, 44, 56, 110];

    /// <summary>A CIFAR ResNet, every width times <paramref name="width"/>, by default for 3×32×32 images.</summary>
    /// <param name="depth">6n + 2.</param>
    /// <param name="classes">Outputs.</param>
    /// <param name="width">Factor on all widths.</param>
    /// <param name="input">Channels × height × width.</param>
    /// <param name="convolutionShortcut">Option B instead of A where the width changes.</param>
    /// <exception cref="NetworkException">The depth is not 6n + 2, or a width comes out below 1.</exception>
    public static Network Create(
        int depth,
        int classes = 10,
        double width = 1,
        Shape? input = null,
        bool convolutionShortcut = false
    )
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new NetworkException($"A CIFAR ResNet has a depth of 6n + 2, such as 20 or 56, not {depth}.");
        var b = new NetworkBuilder($"resnet{depth}{(convolutionShortcut ? "b" : "")}", input ?? new Shape(3, 32, 32));
        var channels = Widths.Scaled(16, width);
        var x = b.Activation("relu", b.BatchNorm("bn1", b.Convolution("conv1", b.Input, channels)));
        for (var stage = 1; stage <= 3; stage++)
        {
            for (var i = 0; i < (depth - 2) / 6; i++)
            {
                var (name, planes) = ($"layer{stage}.{i}", Widths.Scaled(8 << stage, width));
                var shortcut =
                    channels == planes ? x
                    : convolutionShortcut ? Project(b, name, x, planes)
                    : Pad(b, name, x, channels, planes);
                x = Block(b, name, x, shortcut, planes, stride: channels == planes ? 1 : 2);
                channels = planes;
            }
        }
        return b.Build(b.Linear("fc", b.GlobalAveragePool("avgpool", x), classes));
    }

    private static string Block(NetworkBuilder b, string name, string x, string shortcut, int planes, int stride)
    {
        var y = b.BatchNorm($"{name}.bn1", b.Convolution($"{name}.conv1", x, planes, stride: stride));
        y = b.Convolution($"{name}.conv2", b.Activation($"{name}.relu1", y), planes);
        return b.Activation($"{name}.relu2", b.Add($"{name}.add", b.BatchNorm($"{name}.bn2", y), shortcut));
    }

    private static string Project(NetworkBuilder b, string name, string x, int planes) =>
        b.BatchNorm($"{name}.downsample.1", b.Convolution($"{name}.downsample.0", x, planes, kernel: 1, stride: 2));

    // Every second row and column, between channels of zeros.
    private static string Pad(NetworkBuilder b, string name, string x, int channels, int planes)
    {
        var every = b.Node($"{name}.subsample", new AveragePool(1) { Stride = 2 }, x);
        var before = (planes - channels) / 2;
        ImmutableArray<int> places =
        [
            .. Enumerable.Range(-before, planes).Select(i => i >= 0 && i < channels ? i : Select.Zero),
        ];
        return b.Select($"{name}.pad", every, places);
    }
}
