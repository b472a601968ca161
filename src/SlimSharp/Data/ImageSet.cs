using System.Collections.Immutable;
using System.Security.Cryptography;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>Images of one size with or without labels, kept in memory as bytes, each image plane by plane.</summary>
public sealed class ImageSet
{
    /// <summary>A set of labelled images from a program's own arrays, which it takes over.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="shape">Channels (1 or 3) × height × width of every image.</param>
    /// <param name="pixels">All images: image by image, plane by plane, row by row.</param>
    /// <param name="labels">One label per image, from 0.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <exception cref="DataException">Sizes do not agree or a label is out of range.</exception>
    public ImageSet(string name, Shape shape, byte[] pixels, int[] labels, IEnumerable<string> classes)
    {
        (Name, Shape, Pixels, Labels, Classes) = (name, shape, pixels, labels, [.. classes]);
        (Count, HasLabels) = (labels.Length, true);
        CheckSizes();
        if (Array.FindIndex(labels, l => l < 0 || l >= Classes.Length) is >= 0 and var wrong)
            throw new DataException(
                $"{name}: image {wrong} has the label {labels[wrong]}, but there are {Classes.Length} classes, so labels run from 0 to {Classes.Length - 1}."
            );
    }

    /// <summary>A set of images without labels from a program's own array, which it takes over.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="shape">Channels (1 or 3) × height × width of every image.</param>
    /// <param name="pixels">All images: image by image, plane by plane, row by row.</param>
    /// <exception cref="DataException">The bytes are no whole number of images.</exception>
    public ImageSet(string name, Shape shape, byte[] pixels)
    {
        (Name, Shape, Pixels, Labels, Classes) = (name, shape, pixels, [], []);
        Count = (int)(pixels.LongLength / Math.Max(shape.Count, 1));
        CheckSizes();
    }

    /// <summary>What it is called in messages: usually the file it came from.</summary>
    public string Name { get; }

    /// <summary>Channels × height × width of every image.</summary>
    public Shape Shape { get; }

    /// <summary>All images, N×C×H×W.</summary>
    public byte[] Pixels { get; }

    /// <summary>Whether it says what class each image is of.</summary>
    public bool HasLabels { get; }

    /// <summary>One label per image; none at all without labels.</summary>
    public int[] Labels { get; }

    /// <summary>The names of the classes; none without labels.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>How many images.</summary>
    public int Count { get; }

    /// <summary>The bytes of one image, plane by plane.</summary>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(checked((int)(index * Shape.Count)), (int)Shape.Count);

    /// <summary>The images of those places, in that order.</summary>
    public ImageSet Subset(IReadOnlyList<int> indices)
    {
        var pixels = Allocate(Name, Shape, indices.Count);
        for (var i = 0; i < indices.Count; i++)
            Image(indices[i]).CopyTo(pixels.AsSpan((int)(i * Shape.Count)));
        return HasLabels
            ? new(Name, Shape, pixels, [.. indices.Select(i => Labels[i])], Classes)
            : new(Name, Shape, pixels);
    }

    /// <summary>The same images without their labels; the bytes are shared.</summary>
    public ImageSet WithoutLabels() => HasLabels ? new(Name, Shape, Pixels) : this;

    /// <summary>The same images and labels with other bytes, such as those of another size.</summary>
    internal ImageSet With(Shape shape, byte[] pixels) =>
        HasLabels ? new(Name, shape, pixels, Labels, Classes) : new(Name, shape, pixels);

    /// <summary>Throws if a network does not take these images, whatever their classes.</summary>
    /// <exception cref="DataException">It has several inputs, or takes images of another shape.</exception>
    public void CheckFits(Network network)
    {
        if (network.Inputs.Count() != 1)
            throw new DataException($"{network.Name} has {network.Inputs.Count()} inputs; images are one.");
        var input = network.Shapes[network.Inputs.First().Name];
        if (Shape != input)
            throw new DataException(
                $"{Name}: images are {Shape}, but {network.Name} takes {input}. Give DataOptions.Size, DataOptions.Pad or DataOptions.Channels."
            );
    }

    /// <summary>The same images with other classes: label l becomes <paramref name="places"/>[l].</summary>
    internal ImageSet Relabelled(IReadOnlyList<int> places, IReadOnlyList<string> classes) =>
        new(Name, Shape, Pixels, [.. Labels.Select(l => places[l])], classes);

    /// <summary>The places of up to that many images, evenly spread over the set.</summary>
    public int[] Spread(int count)
    {
        var taken = Math.Min(count, Count);
        return [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * Count / taken))];
    }

    /// <summary>
    /// Holds out about that share of every class (of all images, where they have no labels), the same for the same seed: the rest to train on, the held-out images
    /// to choose with.
    /// </summary>
    public (ImageSet Kept, ImageSet HeldOut) HoldOut(double share, long seed)
    {
        var heldOut = HeldOut(HasLabels ? Labels : new int[Count], share, seed);
        int[] all = [.. Enumerable.Range(0, Count)];
        return (Subset([.. all.Where(i => !heldOut.Contains(i))]), Subset([.. all.Where(heldOut.Contains)]));
    }

    /// <summary>The places that are held out of images with these labels.</summary>
    internal static HashSet<int> HeldOut(IReadOnlyList<int> labels, double share, long seed) =>
        Enumerable
            .Range(0, labels.Count)
            .GroupBy(i => labels[i])
            .SelectMany(c =>
            {
                int[] members = [.. c];
                var order = new Randomness(seed, Randomness.Name("hold out"), c.Key).Permutation(members.Length);
                return order.Take((int)Math.Round(share * members.Length)).Select(i => members[i]);
            })
            .ToHashSet();

    /// <summary>SHA-256 over shape, labels and pixels, in hexadecimal.</summary>
    public string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{Shape};{string.Join(',', Labels)};"));
        hash.AppendData(Pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void CheckSizes()
    {
        if (!Shape.IsImage || Shape.Channels is not (1 or 3))
            throw new DataException($"{Name}: images must have 1 or 3 channels, not the shape {Shape}.");
        if (Pixels.LongLength != Shape.Count * Count)
            throw new DataException(
                $"{Name}: {Count} images of {Shape} need {Shape.Count * Count} bytes, not {Pixels.LongLength}."
            );
    }

    /// <summary>Room for that many images, after checking that there is memory for them.</summary>
    /// <exception cref="DataException">They would not fit.</exception>
    internal static byte[] Allocate(string name, Shape shape, long count)
    {
        var bytes = (double)shape.Count * count;
        var limit = Math.Min(Array.MaxLength, ReadBudget.Given ?? ReadBudget.HalfOfMemory);
        return bytes <= limit
            ? GC.AllocateUninitializedArray<byte>((int)bytes)
            : throw new DataException(
                $"{name}: {count} images of {shape} need {bytes / 1e9:F1} GB, more than the {limit / 1e9:F1} GB that may be used here. "
                    + "Take fewer images or a smaller size."
            );
    }
}
