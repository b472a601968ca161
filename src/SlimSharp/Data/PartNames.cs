using System.Text.RegularExpressions;

namespace SlimSharp.Data;

/// <summary>
/// Which of several files or folders hold training images and which test images, by their names: exact ones first, then
/// those with the word in them.
/// </summary>
internal static partial class PartNames
{
    private static readonly string[] Endings = [".gz", ".tgz", ".tar", ".bin"];
    private static readonly string[][] TestWords =
    [
        ["test", "testing", "t10k"],
        ["val", "valid", "validation"],
    ];

    /// <summary>Those of training images; none if no name says so.</summary>
    internal static string[] Train(IEnumerable<string> paths) =>
        Best(
            [.. paths],
            [
                ["train", "training"],
            ]
        );

    /// <summary>Those of test images, or of validation images where there are none of test images.</summary>
    internal static string[] Test(IEnumerable<string> paths) => Best([.. paths], TestWords);

    /// <summary>The only one of them; null if there is none.</summary>
    /// <exception cref="DataException">There are several.</exception>
    internal static string? Only(string folder, string part, string[] candidates) =>
        candidates.Length <= 1
            ? candidates.FirstOrDefault()
            : throw new DataException(
                $"In '{folder}' {string.Join(" and ", candidates.Select(Path.GetFileName))} could each hold the {part} images. "
                    + "Rename or move all but one."
            );

    /// <summary>The words of a name, in lower case, with and without the digits that stand at them.</summary>
    internal static IEnumerable<string> Words(string name) =>
        Word().Matches(name.ToLowerInvariant()).Concat(Letters().Matches(name.ToLowerInvariant())).Select(m => m.Value);

    private static string[] Best(string[] paths, string[][] words)
    {
        Func<string, string, bool>[] fits =
        [
            (name, word) => name == word,
            (name, word) => Words(name).Contains(word),
            (name, word) => Words(name).Any(w => w.StartsWith(word, StringComparison.Ordinal)),
        ];
        foreach (var fit in fits)
        {
            foreach (var alike in words)
            {
                string[] found = [.. paths.Where(p => alike.Any(w => fit(Stem(p), w)))];
                if (found.Length > 0)
                    return found;
            }
        }
        return [];
    }

    private static string Stem(string path)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path)).ToLowerInvariant();
        while (Endings.FirstOrDefault(e => name.EndsWith(e, StringComparison.Ordinal)) is { } ending)
            name = name[..^ending.Length];
        return name;
    }

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex Word();

    [GeneratedRegex("[a-z]+")]
    private static partial Regex Letters();
}
