using SlimSharp.Networks;

namespace SlimSharp.Zoo;

/// <summary>A network that can be had by name.</summary>
/// <param name="Name">The name, as in vgg16.</param>
/// <param name="Title">What it is.</param>
/// <param name="Create">Makes it for a number of classes, a factor on its widths, and a shape of images.</param>
public sealed record ZooEntry(string Name, string Title, Func<int, double, Shape, Network> Create)
{
    /// <summary>Every network there is. A new family is a file of its own and a row here.</summary>
    public static IReadOnlyList<ZooEntry> All { get; } =
    [
        .. Vgg.Depths.Select(d => new ZooEntry(
            $"vgg{d}",
            $"VGG-{d} with BatchNorm, CIFAR variant",
            (classes, width, input) => Vgg.Create(d, classes, width, input)
        )),
    ];

    /// <summary>The network of that name.</summary>
    /// <exception cref="NetworkException">There is none, or it cannot be made so.</exception>
    public static Network Get(string name, int classes, double width, Shape input) =>
        (
            All.FirstOrDefault(e => e.Name == name)
            ?? throw new NetworkException(
                $"There is no network '{name}'. Known are {string.Join(", ", All.Select(e => e.Name))}."
            )
        ).Create(classes, width, input);
}
