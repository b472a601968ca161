namespace SlimSharp.Data;

/// <summary>
/// Sets of digits and letters, by what they are called and what is in them: their mirror images are others, or none.
/// </summary>
internal static class Characters
{
    private const string Fashion = "fashion"; // of MNIST's form, but clothes
    private static readonly string[] Sets =
    [
        "mnist",
        "emnist",
        "kmnist",
        "qmnist",
        "kuzushiji",
        "k49",
        "usps",
        "svhn",
        "digits",
        "letters",
    ];

    // What folders inside of a set's folder are called.
    private static readonly string[] Inner = ["raw", "gzip", "processed", "idx", "data"];

    // The labels that MNIST's files begin with.
    private static readonly byte[][] Beginnings =
    [
        [5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5, 3, 6, 1, 7, 2, 8, 6, 9],
        [7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5, 9, 7, 3, 4],
    ];

    /// <summary>True if the data are known to be digits or letters; reads a few bytes at most.</summary>
    internal static bool AreIn(string path)
    {
        if (path.Length == 0)
            return false;
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var name = Path.GetFileName(place);
        if (Directory.Exists(place) && Inner.Contains(name.ToLowerInvariant()))
            name = Path.GetFileName(Path.GetDirectoryName(place)) ?? "";
        if (IsNamed(name))
            return true;
        if (!Path.Exists(place))
            return false;
        try
        {
            return Directory.Exists(place) && Svhn.AreIn(place)
                || IdxFiles.Find(place) is { } files
                    && (files.Names.Any(IsNamed) || (files.Train ?? files.Test) is { } part && Begins(part.Labels));
        }
        catch (Exception e) when (e is DataException or IOException or UnauthorizedAccessException)
        {
            return false; // reading it says so
        }
    }

    private static bool IsNamed(string name)
    {
        var words = PartNames.Words(name).ToArray();
        return words.Any(Sets.Contains) && !words.Contains(Fashion);
    }

    private static bool Begins(string labels)
    {
        using var stream = DataFile.Open(labels, DataFile.Budget(labels));
        var head = new byte[8 + Beginnings[0].Length];
        return stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && Beginnings.Any(b => head.AsSpan(8).SequenceEqual(b));
    }
}
