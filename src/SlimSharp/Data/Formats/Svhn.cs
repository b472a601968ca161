using SlimSharp.Networks;

namespace SlimSharp.Data;

/// <summary>
/// Street View House Numbers, cropped digits (Netzer et al., NIPS Workshop 2011): <c>*_32x32.mat</c>.
/// </summary>
public static class Svhn
{
    private static readonly string[] Parts = ["train", "extra", "test"];
    private static readonly Shape Shape = new(3, 32, 32);

    /// <summary>The digits; the files call zero ten.</summary>
    public static IReadOnlyList<string> Classes { get; } = [.. Enumerable.Range(0, 10).Select(i => $"{i}")];

    /// <summary>True if a folder holds such files.</summary>
    internal static bool AreIn(string folder) => Parts.Any(p => File.Exists(Path.Combine(folder, $"{p}_32x32.mat")));

    /// <summary>Reads one or more files as one set.</summary>
    /// <exception cref="DataException">A file is damaged or holds something else.</exception>
    public static ImageSet Read(IReadOnlyList<string> paths) => Read(paths, default);

    internal static ImageSet Read(IReadOnlyList<string> paths, CancellationToken stop)
    {
        var parts = paths.Select(p => Read(p, stop)).ToArray();
        if (parts.Length == 1)
            return parts[0];
        var pixels = ImageSet.Allocate(paths[0], Shape, parts.Sum(p => (long)p.Count));
        var at = 0L;
        foreach (var part in parts)
        {
            part.Pixels.CopyTo(pixels, at);
            at += part.Pixels.LongLength;
        }
        return new(paths[0], Shape, pixels, [.. parts.SelectMany(p => p.Labels)], Classes);
    }

    private static ImageSet Read(string path, CancellationToken stop)
    {
        var arrays = MatFile.Read(path, stop, "X", "y");
        var ((sizes, columns), (_, labels)) = (arrays["X"], arrays["y"]);
        if (sizes is not [32, 32, 3, var count] || labels.Length != count)
            throw new DataException(
                $"{path}: X is {string.Join('×', sizes)} and y has {labels.Length} elements; cropped digits are 32×32×3×N and N."
            );
        if (Array.FindIndex(labels, l => l is 0 or > 10) is >= 0 and var wrong)
            throw new DataException(
                $"{path}: image {wrong} has the label {labels[wrong]}; labels run from 1 to 10, which is zero."
            );
        var pixels = ImageSet.Allocate(path, Shape, count);
        // Columns come first in MATLAB, rows in an image.
        for (var plane = 0; plane < 3 * count; plane++)
        {
            for (var i = 0; i < 1024; i++)
                pixels[plane * 1024 + i] = columns[plane * 1024 + i % 32 * 32 + i / 32];
        }
        return new(path, Shape, pixels, [.. labels.Select(l => l % 10)], Classes);
    }
}
