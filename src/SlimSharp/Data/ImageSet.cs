using System.Collections.Immutable;
using System.Security.Cryptography;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>
/// Images of one size with or without labels, as bytes, each image plane by plane: kept in memory, or read from disk
/// whenever one is wanted.
/// </summary>
public sealed class ImageSet
{
    private readonly byte[]? _pixels;
    private readonly ImagesOnDisk? _onDisk;

    /// <summary>A set of labelled images from a program's own arrays, which it takes over.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="shape">Channels (1 or 3) × height × width of every image.</param>
    /// <param name="pixels">All images: image by image, plane by plane, row by row.</param>
    /// <param name="labels">One label per image, from 0.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <exception cref="DataException">Sizes do not agree or a label is out of range.</exception>
    public ImageSet(string name, Shape shape, byte[] pixels, int[] labels, IEnumerable<string> classes)
        : this(name, shape, labels.Length, pixels, null, labels, [.. classes]) { }

    /// <summary>A set of images without labels from a program's own array, which it takes over.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="shape">Channels (1 or 3) × height × width of every image.</param>
    /// <param name="pixels">All images: image by image, plane by plane, row by row.</param>
    /// <exception cref="DataException">The bytes are no whole number of images.</exception>
    public ImageSet(string name, Shape shape, byte[] pixels)
        : this(name, shape, (int)(pixels.LongLength / Math.Max(shape.Count, 1)), pixels, null, null, []) { }

    /// <summary>A set that is read from disk image by image, for what is larger than memory.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="shape">Channels (1 or 3) × height × width of every image.</param>
    /// <param name="images">How to read them.</param>
    /// <param name="labels">One label per image, from 0; null without labels.</param>
    /// <param name="classes">The names of the classes; none without labels.</param>
    /// <exception cref="DataException">A label is out of range.</exception>
    public ImageSet(
        string name,
        Shape shape,
        ImagesOnDisk images,
        int[]? labels = null,
        IEnumerable<string>? classes = null
    )
        : this(name, shape, images.Count, null, images, labels, [.. classes ?? []]) { }

    private ImageSet(
        string name,
        Shape shape,
        int count,
        byte[]? pixels,
        ImagesOnDisk? onDisk,
        int[]? labels,
        ImmutableArray<string> classes
    )
    {
        (Name, Shape, Count, _pixels, _onDisk) = (name, shape, count, pixels, onDisk);
        (HasLabels, Labels, Classes) = (labels is not null, labels ?? [], classes);
        if (!shape.IsImage || shape.Channels is not (1 or 3))
            throw new DataException($"{name}: images must have 1 or 3 channels, not the shape {shape}.");
        if (pixels is not null && pixels.LongLength != shape.Count * count)
            throw new DataException(
                $"{name}: {count} images of {shape} need {shape.Count * count} bytes, not {pixels.LongLength}."
            );
        if (HasLabels && Labels.Length != count)
            throw new DataException($"{name}: there are {Labels.Length} labels for {count} images.");
        if (Array.FindIndex(Labels, l => l < 0 || l >= Classes.Length) is >= 0 and var wrong)
            throw new DataException(
                $"{name}: image {wrong} has the label {Labels[wrong]}, but there are {Classes.Length} classes, so labels run from 0 to {Classes.Length - 1}."
            );
    }

    /// <summary>What it is called in messages: usually the file it came from.</summary>
    public string Name { get; }

    /// <summary>Channels × height × width of every image.</summary>
    public Shape Shape { get; }

    /// <summary>True if all images are in memory; otherwise each is read when it is wanted.</summary>
    public bool IsInMemory => _pixels is not null;

    /// <summary>All images, N×C×H×W; of a set that is on disk a copy.</summary>
    /// <exception cref="DataException">The set is on disk, and too large for memory.</exception>
    public byte[] Pixels => _pixels ?? InMemory([.. Enumerable.Range(0, Count)]);

    /// <summary>Whether it says what class each image is of.</summary>
    public bool HasLabels { get; }

    /// <summary>One label per image; none at all without labels.</summary>
    public int[] Labels { get; }

    /// <summary>The names of the classes; none without labels.</summary>
    public ImmutableArray<string> Classes { get; }

    /// <summary>How many images.</summary>
    public int Count { get; }

    /// <summary>The bytes of one image, plane by plane. May be called from several threads.</summary>
    /// <exception cref="DataException">It is on disk and cannot be read, or is of another shape.</exception>
    public ReadOnlySpan<byte> Image(int index)
    {
        if (_pixels is not null)
            return _pixels.AsSpan(checked((int)(index * Shape.Count)), (int)Shape.Count);
        var image = _onDisk!.Read(index);
        return image.LongLength == Shape.Count
            ? image
            : throw new DataException($"{_onDisk.NameOf(index)}: is not {Shape}, as the images of {Name} are.");
    }

    /// <summary>The images of those places, in that order; of a set on disk, on disk.</summary>
    public ImageSet Subset(IReadOnlyList<int> indices)
    {
        int[]? labels = HasLabels ? [.. indices.Select(i => Labels[i])] : null;
        return _onDisk is null
            ? new(Name, Shape, indices.Count, InMemory(indices), null, labels, Classes)
            : new(Name, Shape, _onDisk.Subset(indices), labels, Classes);
    }

    /// <summary>The same images without their labels.</summary>
    public ImageSet WithoutLabels() => HasLabels ? new(Name, Shape, Count, _pixels, _onDisk, null, []) : this;

    /// <summary>The same labels with images changed one by one, such as resized.</summary>
    internal ImageSet Changed(Shape shape, ImageChange change, CancellationToken stop)
    {
        int[]? labels = HasLabels ? Labels : null;
        if (_onDisk is not null)
            return new(Name, shape, _onDisk.Changed(Image, (int)shape.Count, change), labels, Classes);
        var pixels = Allocate(Name, shape, Count);
        Parallel.For(
            0,
            Count,
            Threads.ParallelUntil(stop),
            i => change(Image(i), pixels.AsSpan((int)(i * shape.Count), (int)shape.Count))
        );
        return new(Name, shape, Count, pixels, null, labels, Classes);
    }

    /// <summary>Throws if a network does not take these images, whatever their classes.</summary>
    /// <exception cref="DataException">It has several inputs, or takes images of another shape.</exception>
    public void CheckFits(Network network)
    {
        if (network.Inputs.Count() != 1)
            throw new DataException($"{network.Name} has {network.Inputs.Count()} inputs; images are one.");
        var input = network.Shapes[network.Inputs.First().Name];
        if (!input.IsImage)
            throw new DataException(
                $"{Name}: images are {Shape}, but {network.Name} takes {input.InWords}, which no image is."
            );
        if (Shape != input)
            throw new DataException(
                $"{Name}: images are {Shape}, but {network.Name} takes {input}. Give DataOptions.Size, DataOptions.Pad or DataOptions.Channels."
            );
    }

    /// <summary>The same images with other classes: label l becomes <paramref name="places"/>[l].</summary>
    internal ImageSet Relabelled(IReadOnlyList<int> places, IReadOnlyList<string> classes) =>
        new(Name, Shape, Count, _pixels, _onDisk, [.. Labels.Select(l => places[l])], [.. classes]);

    /// <summary>The places of up to that many images, evenly spread over the set.</summary>
    public int[] Spread(int count)
    {
        var taken = Math.Min(count, Count);
        return [.. Enumerable.Range(0, taken).Select(i => (int)((long)i * Count / taken))];
    }

    /// <summary>
    /// Holds out about that share of every class (of all images, where they have no labels), the same for the same
    /// seed: the rest to train on, the held-out images to choose with.
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

    /// <summary>
    /// SHA-256 over shape, labels and pixels, in hexadecimal; of a set on disk, over the names and lengths of its files
    /// in place of the pixels.
    /// </summary>
    public string Checksum()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{Shape};{string.Join(',', Labels)};"));
        if (_pixels is not null)
            hash.AppendData(_pixels);
        for (var i = 0; _onDisk is not null && i < Count; i++)
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{_onDisk.NameOf(i)};"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private byte[] InMemory(IReadOnlyList<int> indices)
    {
        var pixels = Allocate(Name, Shape, indices.Count);
        for (var i = 0; i < indices.Count; i++)
            Image(indices[i]).CopyTo(pixels.AsSpan((int)(i * Shape.Count)));
        return pixels;
    }

    /// <summary>Whether there is memory for that many images.</summary>
    internal static bool FitsMemory(Shape shape, long count) => (double)shape.Count * count <= Limit;

    private static double Limit => Math.Min(Array.MaxLength, ReadBudget.Given ?? ReadBudget.HalfOfMemory);

    /// <summary>Room for that many images, after checking that there is memory for them.</summary>
    /// <exception cref="DataException">They would not fit.</exception>
    internal static byte[] Allocate(string name, Shape shape, long count)
    {
        var bytes = (double)shape.Count * count;
        return FitsMemory(shape, count)
            ? GC.AllocateUninitializedArray<byte>((int)bytes)
            : throw new DataException(
                $"{name}: {count} images of {shape} need {bytes / 1e9:F1} GB, more than the {Limit / 1e9:F1} GB that may be used here. "
                    + "Take fewer images or a smaller size."
            );
    }
}
