namespace SlimSharp.Data;

/// <summary>A normalisation that goes by a name.</summary>
/// <param name="Name">The name, as in imagenet.</param>
/// <param name="Title">What a network of it reads.</param>
/// <param name="Channels">The channels it is for; null where every channel is treated alike.</param>
/// <param name="Create">Makes it for so many channels.</param>
public sealed record NormalizationKind(string Name, string Title, int? Channels, Func<int, Normalization> Create)
{
    private const int Colour = 3;

    /// <summary>Every named normalisation. A new one is a row here.</summary>
    public static IReadOnlyList<NormalizationKind> All { get; } =
    [
        new(
            "imagenet",
            "mean 0.485, 0.456, 0.406 and deviation 0.229, 0.224, 0.225 of numbers in 0–1, as torchvision's networks",
            Colour,
            _ => Normalization.ImageNet
        ),
        new("cifar", "the constants published with network slimming for CIFAR", Colour, _ => Normalization.Cifar),
        new("svhn", "those for SVHN", Colour, _ => Normalization.Svhn),
        new("unit", "numbers in 0–1 as they are: byte/255", null, Normalization.Unit),
        new("signed", "numbers in ±1: byte/127.5 − 1", null, Normalization.Signed),
        new("bytes", "the bytes as they are, 0 to 255", null, Normalization.Raw),
    ];

    /// <summary>The normalisation of that name, for images of so many channels.</summary>
    /// <exception cref="DataException">There is none, or it is for another number of channels.</exception>
    public static Normalization Get(string name, int channels)
    {
        var kind =
            All.FirstOrDefault(k => k.Name == name)
            ?? throw new DataException(
                $"There is no normalisation '{name}'. Known are {string.Join(", ", All.Select(k => k.Name))}."
            );
        return (kind.Channels ?? channels) == channels
            ? kind.Create(channels)
            : throw new DataException(
                $"The normalisation {name} is for {kind.Channels} channels, but the network reads {channels}; give a mean and a deviation instead."
            );
    }

    /// <summary>The name of a normalisation; null where it has none.</summary>
    public static string? NameOf(Normalization normalization)
    {
        var channels = normalization.Mean.Length;
        return All.FirstOrDefault(k =>
            (k.Channels ?? channels) == channels && k.Create(channels).Equals(normalization)
        )?.Name;
    }
}
