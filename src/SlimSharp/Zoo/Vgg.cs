using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>
/// VGG for 32×32 images, as in the network-slimming papers: 3×3 convolutions with BatchNorm and ReLU, four poolings, an
/// average over the last 2×2 and one linear layer (Simonyan and Zisserman, ICLR 2015; Liu et al., ICCV 2017).
/// </summary>
public static class Vgg
{
    private const int Pool = 0;

    private static readonly Dictionary<int, int[]> Configurations = new()
    {
        [11] = [64, Pool, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512],
        [13] = [64, 64, Pool, 128, 128, Pool, 256, 256, Pool, 512, 512, Pool, 512, 512],
        [16] = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, Pool, 512, 512, 512, Pool, 512, 512, 512],
        [19] = [64, 64, Pool, 128, 128, Pool, 256, 256, 256, 256, Pool, 512, 512, 512, 512, Pool, 512, 512, 512, 512],
    };

    /// <summary>The depths there are.</summary>
    public static IReadOnlyCollection<int> Depths => Configurations.Keys;

    /// <summary>
    /// A VGG of one of the four depths, every width times <paramref name="width"/>, by default for 3×32×32 images.
    /// </summary>
    /// <exception cref="NetworkException">
    /// There is no such depth, a width comes out below 1, or images are smaller than 16×16.
    /// </exception>
    public static Network Create(int depth, int classes = 10, double width = 1, Shape? input = null) =>
        Configurations.TryGetValue(depth, out var widths)
            ? Create($"vgg{depth}", [.. widths.Select(w => w == Pool ? Pool : Widths.Scaled(w, width))], classes, input)
            : throw new NetworkException($"There is no VGG of depth {depth}; there are {string.Join(", ", Depths)}.");

    /// <summary>A VGG with the given convolution widths; 0 stands for a 2×2 max pooling.</summary>
    public static Network Create(string name, IReadOnlyList<int> widths, int classes = 10, Shape? input = null)
    {
        var image = input ?? new Shape(3, 32, 32);
        var b = new NetworkBuilder(name, image);
        var (x, convolutions, pools) = (b.Input, 0, 0);
        foreach (var width in widths)
            x = width == Pool ? b.MaxPool($"pool{++pools}", x) : b.ConvBnRelu($"block{++convolutions}", x, width);
        var left = new Kernel(image.Height >> pools, image.Width >> pools);
        if (left.Area > 1)
            x = b.Node("average", new AveragePool(left), x);
        return b.Build(b.Linear("classifier", b.Flatten("flatten", x), classes, initialDeviation: 0.01));
    }
}
