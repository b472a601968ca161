using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// DenseNet for 32×32 images without bottlenecks or compression, depth 3n + 4 and growth 12 (Huang et al., CVPR 2017),
/// as in the network-slimming papers: three dense blocks, 1×1 transitions that keep the width. Nodes are named as in
/// the published code.
/// </summary>
public static class DenseNet
{
    private const int Growth = 12;

    /// <summary>The depths in the literature; any other 3n + 4 can be made too.</summary>
    public static IReadOnlyList<int> Depths { get; } = [10, 22, 40];

    /// <summary>A DenseNet, its growth times <paramref name="width"/>, by default for 3×32×32 images.</summary>
    /// <exception cref="NetworkException">The depth is not 3n + 4, or a width comes out below 1.</exception>
    public static Network Create(int depth, int classes = 10, double width = 1, Shape? input = null)
    {
        if (depth < 7 || (depth - 4) % 3 != 0)
            throw new NetworkException($"A DenseNet has a depth of 3n + 4, such as 22 or 40, not {depth}.");
        var b = new NetworkBuilder($"densenet{depth}", input ?? new Shape(3, 32, 32));
        var growth = Widths.Scaled(Growth, width);
        var channels = 2 * growth;
        var x = b.Convolution("conv1", b.Input, channels);
        for (var block = 1; block <= 3; block++)
        {
            for (var i = 0; i < (depth - 4) / 3; i++, channels += growth)
            {
                var name = $"dense{block}.{i}";
                var y = b.Convolution(
                    $"{name}.conv1",
                    b.Activation($"{name}.relu", b.BatchNorm($"{name}.bn1", x)),
                    growth
                );
                x = b.Concat($"{name}.concat", x, y);
            }
            if (block < 3)
                x = Transition(b, $"trans{block}", x, channels);
        }
        x = b.Activation("relu", b.BatchNorm("bn", x));
        return b.Build(b.Linear("fc", b.Flatten("flatten", b.AveragePool("avgpool", x, 8)), classes));
    }

    private static string Transition(NetworkBuilder b, string name, string x, int channels)
    {
        var y = b.Activation($"{name}.relu", b.BatchNorm($"{name}.bn1", x));
        return b.AveragePool($"{name}.pool", b.Convolution($"{name}.conv1", y, channels, kernel: 1));
    }
}
