using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>Records of label bytes and the planes of one image, as in the binary files of CIFAR-10 and CIFAR-100.</summary>
public static class ImageRecords
{
    /// <summary>The shape of CIFAR-10's images.</summary>
    public static Shape Cifar { get; } = new(3, 32, 32);

    /// <summary>CIFAR-10's classes, in the order of their labels.</summary>
    public static ImmutableArray<string> CifarClasses { get; } =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>
    /// Reads one or more files (.bin or .bin.gz) as one set. Of several label bytes the last counts, as in CIFAR-100, whose first is a
    /// coarser class. Without names, classes are numbered up to the largest label.
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
        var files = paths.Select(p => (Path: p, Bytes: DataFile.ReadAll(p, DataFile.Budget(p), stop))).ToArray();
        foreach (var (path, bytes) in files)
        {
            if (bytes.Length == 0 || bytes.Length % record != 0)
                throw new DataException(
                    $"{path}: {bytes.Length} bytes are no whole number of records of {labelBytes} + {shape.Count} bytes; it is cut short or not of {shape}."
                );
        }
        var count = files.Sum(f => (long)f.Bytes.Length / record);
        var (pixels, labels, at) = (ImageSet.Allocate(paths[0], shape, count), new int[count], 0);
        foreach (var (path, bytes) in files)
        {
            for (var i = 0; i < bytes.Length; i += record, at++)
            {
                labels[at] = bytes[i + labelBytes - 1];
                if (classes is not null && labels[at] >= classes.Count)
                    throw new DataException(
                        $"{path}: record {i / record} has the label {labels[at]}, but there are only {classes.Count} classes."
                    );
                bytes.AsSpan(i + labelBytes, record - labelBytes).CopyTo(pixels.AsSpan((int)(at * shape.Count)));
            }
        }
        return new(
            paths[0],
            shape,
            pixels,
            labels,
            classes ?? [.. Enumerable.Range(0, labels.Max() + 1).Select(i => $"{i}")]
        );
    }
}
