using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>
/// Records of label bytes and the planes of one image, as in the binary files of CIFAR-10 and CIFAR-100.
/// </summary>
public static class ImageRecords
{
    /// <summary>The shape of CIFAR-10's images.</summary>
    public static Shape Cifar { get; } = new(3, 32, 32);

    /// <summary>CIFAR-10's classes, in the order of their labels.</summary>
    public static ImmutableArray<string> CifarClasses { get; } =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>
    /// Reads one or more files (.bin or .bin.gz) as one set. Of several label bytes the last counts, as in CIFAR-100,
    /// whose first is a coarser class; with none, images have no labels. Without names, classes are numbered up to the
    /// largest label. Files that are not packed and too large for memory stay on disk, and each image is read when it
    /// is wanted.
    /// </summary>
    /// <exception cref="DataException">A file is no whole number of records, or a label is out of range.</exception>
    public static ImageSet Read(
        IReadOnlyList<string> paths,
        Shape shape,
        IReadOnlyList<string>? classes = null,
        int labelBytes = 1
    ) => Read(paths, shape, classes, labelBytes, default);

    internal static ImageSet Read(
        IReadOnlyList<string> paths,
        Shape shape,
        IReadOnlyList<string>? classes,
        int labelBytes,
        CancellationToken stop
    )
    {
        var record = checked((int)shape.Count + labelBytes);
        if (LengthsOnDisk(paths) is { } lengths && !ImageSet.FitsMemory(shape, lengths.Sum() / record))
            return OnDisk(paths, lengths, shape, classes, labelBytes, stop);
        var files = paths.Select(p => (Path: p, Bytes: DataFile.ReadAll(p, DataFile.Budget(p), stop))).ToArray();
        foreach (var (path, bytes) in files)
            CheckLength(path, bytes.Length, shape, labelBytes);
        var count = files.Sum(f => (long)f.Bytes.Length / record);
        var (pixels, labels, at) = (ImageSet.Allocate(paths[0], shape, count), new int[labelBytes == 0 ? 0 : count], 0);
        foreach (var (path, bytes) in files)
        {
            for (var i = 0; i < bytes.Length; i += record, at++)
            {
                if (labelBytes > 0)
                    labels[at] = Label(path, bytes[i + labelBytes - 1], i / record, classes);
                bytes.AsSpan(i + labelBytes, record - labelBytes).CopyTo(pixels.AsSpan((int)(at * shape.Count)));
            }
        }
        return labelBytes == 0
            ? new(paths[0], shape, pixels)
            : new(paths[0], shape, pixels, labels, Named(classes, labels));
    }

    private static ImageSet OnDisk(
        IReadOnlyList<string> paths,
        long[] lengths,
        Shape shape,
        IReadOnlyList<string>? classes,
        int labelBytes,
        CancellationToken stop
    )
    {
        var record = (int)shape.Count + labelBytes;
        var places = new List<(string Path, long Offset)>();
        var labels = new List<int>();
        var label = new byte[1];
        foreach (var (path, length) in paths.Zip(lengths))
        {
            CheckLength(path, length, shape, labelBytes);
            using var file = File.OpenHandle(path);
            for (var offset = 0L; offset < length; offset += record)
            {
                stop.ThrowIfCancellationRequested();
                places.Add((path, offset + labelBytes));
                if (labelBytes == 0)
                    continue;
                RandomAccess.Read(file, label, offset + labelBytes - 1);
                labels.Add(Label(path, label[0], offset / record, classes));
            }
        }
        byte[] Read(int i)
        {
            using var file = File.OpenHandle(places[i].Path);
            var image = new byte[shape.Count];
            return RandomAccess.Read(file, image, places[i].Offset) == image.Length
                ? image
                : throw new DataException(
                    $"{places[i].Path}: is shorter than it was; leave it as it is while it is read."
                );
        }
        var images = new ImagesOnDisk(places.Count, Read, i => $"{places[i].Path} {places[i].Offset}");
        return labelBytes == 0
            ? new(paths[0], shape, images)
            : new(paths[0], shape, images, [.. labels], Named(classes, labels));
    }

    // Null where one is packed, so that there is no going to a place in it.
    private static long[]? LengthsOnDisk(IReadOnlyList<string> paths) =>
        paths.All(p => !p.EndsWith(".gz", StringComparison.Ordinal) && !OutputPath.IsDevice(p) && File.Exists(p))
            ? [.. paths.Select(ReadBudget.LengthOf)]
            : null;

    private static void CheckLength(string path, long length, Shape shape, int labelBytes)
    {
        if (length == 0 || length % (shape.Count + labelBytes) != 0)
            throw new DataException(
                $"{path}: {length} bytes are no whole number of records of {labelBytes} + {shape.Count} bytes; it is cut short or not of {shape}."
            );
    }

    private static int Label(string path, byte label, long record, IReadOnlyList<string>? classes) =>
        classes is null || label < classes.Count
            ? label
            : throw new DataException(
                $"{path}: record {record} has the label {label}, but there are only {classes.Count} classes."
            );

    private static IEnumerable<string> Named(IReadOnlyList<string>? classes, IEnumerable<int> labels) =>
        classes ?? [.. Enumerable.Range(0, labels.Max() + 1).Select(i => $"{i}")];
}
