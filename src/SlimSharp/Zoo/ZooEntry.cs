using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>A network that can be had by name.</summary>
/// <param name="Name">The name, as in vgg16.</param>
/// <param name="Title">What it is.</param>
/// <param name="Usual">The shape of images it is meant for.</param>
/// <param name="Create">Makes it for a number of classes, a factor on its widths, and a shape of images.</param>
public sealed record ZooEntry(string Name, string Title, Shape Usual, Func<int, double, Shape, Network> Create)
{
    private static readonly Shape Small = new(3, 32, 32);
    private static readonly Shape Large = new(3, 224, 224);

    /// <summary>Every network there is. A new family is a file of its own and a row here.</summary>
    public static IReadOnlyList<ZooEntry> All { get; } =
    [
        .. Vgg.Depths.Select(d => new ZooEntry(
            $"vgg{d}",
            $"VGG-{d} with BatchNorm, CIFAR variant",
            Small,
            (n, w, s) => Vgg.Create(d, n, w, s)
        )),
        .. PreActResNet.Depths.Select(d => new ZooEntry(
            $"preresnet{d}",
            $"pre-activation bottleneck ResNet-{d}",
            Small,
            (n, w, s) => PreActResNet.Create(d, n, w, s)
        )),
        .. DenseNet.Depths.Select(d => new ZooEntry(
            $"densenet{d}",
            $"DenseNet-{d}, growth 12",
            Small,
            (n, w, s) => DenseNet.Create(d, n, w, s)
        )),
        .. CifarResNet.Depths.Select(d => new ZooEntry(
            $"resnet{d}",
            $"CIFAR ResNet-{d}, shortcuts padded with zeros",
            Small,
            (n, w, s) => CifarResNet.Create(d, n, w, s)
        )),
        .. CifarResNet.Depths.Select(d => new ZooEntry(
            $"resnet{d}b",
            $"CIFAR ResNet-{d}, 1×1 shortcuts",
            Small,
            (n, w, s) => CifarResNet.Create(d, n, w, s, convolutionShortcut: true)
        )),
        .. ResNet.Depths.Select(d => new ZooEntry(
            $"resnet{d}",
            $"ResNet-{d} for large images",
            Large,
            (n, w, s) => ResNet.Create(d, n, w, s)
        )),
        new("resnet8", "ResNet-8 of MLPerf Tiny", Small, (n, w, s) => TinyResNet.Create(n, w, s)),
        new(
            "mobilenetv1",
            "MobileNetV1 of MLPerf Tiny",
            new Shape(3, 96, 96),
            (n, w, s) => MobileNet.CreateV1(n, w, s)
        ),
        new("mobilenetv2", "MobileNetV2 for large images", Large, (n, w, s) => MobileNet.CreateV2(n, w, s)),
        new(
            "vgg13-ortho",
            "VGG-13 with BatchNorm behind ReLU, as in OrthoReg",
            Small,
            (n, w, s) => OrthoNetworks.Vgg(Scaled(OrthoNetworks.VggWidths, w), n, s)
        ),
        new(
            "mobilenetv1-ortho",
            "MobileNetV1 for small images, as in OrthoReg",
            Small,
            (n, w, s) => OrthoNetworks.MobileNet(Scaled(OrthoNetworks.MobileNetWidths, w), n, s)
        ),
        new(
            "resnet34-ortho",
            "ResNet-34 for small images, as in OrthoReg",
            Small,
            (n, w, s) => OrthoNetworks.ResNet("resnet34-ortho", Scaled(OrthoNetworks.ResNet34Stages, w), n, s)
        ),
        new(
            "resnet56-ortho",
            "CIFAR ResNet-56, 1×1 shortcuts, as in OrthoReg",
            Small,
            (n, w, s) => OrthoNetworks.ResNet("resnet56-ortho", Scaled(OrthoNetworks.ResNet56Stages, w), n, s)
        ),
    ];

    /// <summary>The network of that name, for its usual images unless <paramref name="input"/> is given.</summary>
    /// <exception cref="NetworkException">There is none, or it cannot be made so.</exception>
    public static Network Get(string name, int classes, double width, Shape? input = null)
    {
        var entry =
            All.FirstOrDefault(e => e.Name == name)
            ?? throw new NetworkException(
                $"There is no network '{name}'. Known are {string.Join(", ", All.Select(e => e.Name))}."
            );
        return entry.Create(classes, width, input ?? entry.Usual);
    }

    private static int[] Scaled(IReadOnlyList<int> widths, double factor) =>
        [.. widths.Select(w => Widths.Scaled(w, factor))];

    private static (int, int)[] Scaled(IReadOnlyList<(int Blocks, int Width)> stages, double factor) =>
        [.. stages.Select(s => (s.Blocks, Widths.Scaled(s.Width, factor)))];
}
