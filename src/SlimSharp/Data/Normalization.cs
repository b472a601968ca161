using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace SlimSharp.Data;

/// <summary>What is done to a byte before a network sees it: (byte/255 − mean)/deviation, per channel.</summary>
/// <param name="Mean">One mean per channel, in [0, 1].</param>
/// <param name="Deviation">One standard deviation per channel.</param>
public sealed record Normalization(ImmutableArray<double> Mean, ImmutableArray<double> Deviation) : IJsonOnDeserialized
{
    /// <summary>The constants published with network slimming for CIFAR-10 and CIFAR-100.</summary>
    public static Normalization Cifar { get; } = new([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]);

    /// <summary>The constants published with network slimming for SVHN.</summary>
    public static Normalization Svhn { get; } =
        new([0.4376821, 0.4437697, 0.47280442], [0.19803012, 0.20101562, 0.19703614]);

    /// <summary>The constants of ImageNet, with which torchvision's networks were trained.</summary>
    public static Normalization ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>A network sees the bytes as they are, 0 to 255.</summary>
    public static Normalization Raw(int channels) => Alike(channels, 0, 1 / 255.0);

    /// <summary>A network sees numbers from 0 to 1.</summary>
    public static Normalization Unit(int channels) => Alike(channels, 0, 1);

    /// <summary>A network sees numbers from −1 to 1.</summary>
    public static Normalization Signed(int channels) => Alike(channels, 0.5, 0.5);

    /// <summary>
    /// The mean and deviation of a set's own pixels; of a set on disk, of up to 10,000 of its images.
    /// </summary>
    public static Normalization Of(ImageSet set)
    {
        const int Sampled = 10_000;
        var (channels, area) = (set.Shape.Channels, set.Shape.Area);
        var (mean, deviation) = (new double[channels], new double[channels]);
        var histograms = mean.Select(_ => new long[256]).ToArray();
        var places = set.Spread(set.IsInMemory ? set.Count : Sampled);
        foreach (var place in places)
        {
            var image = set.Image(place);
            for (var c = 0; c < channels; c++)
            {
                foreach (var value in image.Slice(c * area, area))
                    histograms[c][value]++;
            }
        }
        var count = (double)places.Length * area;
        foreach (var (c, histogram) in histograms.Index())
        {
            mean[c] = histogram.Select((n, value) => n * value / 255.0).Sum() / count;
            deviation[c] = Math.Sqrt(
                histogram.Select((n, value) => n * Math.Pow(value / 255.0 - mean[c], 2)).Sum() / count
            );
        }
        return new([.. mean], [.. deviation.Select(d => d > 0 ? d : 1)]);
    }

    /// <summary>True if every byte becomes a number that 32 bits can hold.</summary>
    internal bool MakesNumbers => Table().All(channel => channel.All(float.IsFinite));

    /// <summary>For each channel, what every byte becomes.</summary>
    internal float[][] Table() =>
        [
            .. Mean.Zip(
                Deviation,
                (m, d) => Enumerable.Range(0, 256).Select(b => (float)((b / 255.0 - m) / d)).ToArray()
            ),
        ];

    /// <summary>Its name, if it has one, and its numbers.</summary>
    public override string ToString()
    {
        static string List(ImmutableArray<double> numbers) =>
            string.Join(", ", numbers.Select(n => n.ToString("G6", CultureInfo.InvariantCulture)));
        var numbers = $"mean {List(Mean)}, deviation {List(Deviation)}";
        return NormalizationKind.NameOf(this) is { } name ? $"{name} ({numbers})" : numbers;
    }

    private static Normalization Alike(int channels, double mean, double deviation) =>
        new([.. Enumerable.Repeat(mean, channels)], [.. Enumerable.Repeat(deviation, channels)]);

    /// <inheritdoc/>
    public bool Equals(Normalization? other) =>
        other is not null
        && Mean.AsSpan().SequenceEqual(other.Mean.AsSpan())
        && Deviation.AsSpan().SequenceEqual(other.Deviation.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Mean.Length, Mean.FirstOrDefault());

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Mean.IsDefaultOrEmpty || Deviation.IsDefault || Mean.Length != Deviation.Length)
            throw new DataException("it needs a mean and a deviation for every channel");
        if (!Mean.All(double.IsFinite) || !Deviation.All(d => d > 0 && double.IsFinite(d)))
            throw new DataException("its means must be finite, and its deviations positive");
        if (!MakesNumbers)
            throw new DataException("its numbers are so large or small that what they make of a byte has no end");
    }
}
