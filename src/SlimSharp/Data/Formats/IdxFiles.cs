namespace SlimSharp.Data;

/// <summary>
/// The IDX files of a folder, recognised by their content, whatever they are called: MNIST's names, or EMNIST's such as
/// emnist-letters-train-images-idx3-ubyte, with test, t10k or val; plain or .gz.
/// </summary>
internal sealed class IdxFiles
{
    private static readonly string[] Kinds = ["images", "image", "labels", "label", "ubyte", "gz", "data"];
    private static readonly string[] Roles = ["train", "test", "t10k", "val", "valid", "validation"];
    private readonly string _place;
    private readonly Member[] _members;

    private IdxFiles(string place, Member[] members) => (_place, _members) = (place, members);

    /// <summary>The images and labels of one part.</summary>
    internal sealed record Pair(string Images, string Labels);

    /// <summary>Those of a folder, or of the set that a file belongs to; null if there are none.</summary>
    /// <exception cref="DataException">A folder holds several sets.</exception>
    internal static IdxFiles? Find(string path, CancellationToken stop = default)
    {
        var folder = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        Member[] members =
        [
            .. Directory
                .GetFiles(folder)
                .Where(f => !PictureListing.IsHidden(Path.GetFileName(f)))
                .Order(StringComparer.Ordinal)
                .Select(f => Member.Of(f, stop))
                .OfType<Member>(),
        ];
        if (File.Exists(path))
        {
            var set = members.FirstOrDefault(m => Path.GetFileName(m.Path) == Path.GetFileName(path))?.Set;
            members = [.. members.Where(m => m.Set == set)];
        }
        string[] sets = [.. members.Where(m => !m.IsLabels).Select(m => m.Set).Distinct()];
        if (sets.Length > 1 && !sets.Contains(""))
            throw new DataException(
                $"In '{path}' there are several IDX sets: {string.Join(", ", sets)}. "
                    + $"Name one by its images, as in DataOptions.Path = {members.First(m => !m.IsLabels).Path}."
            );
        var chosen = sets.Contains("") ? "" : sets.FirstOrDefault();
        return chosen is null ? null : new(path, [.. members.Where(m => m.Set == chosen)]);
    }

    /// <summary>The part for training; null if there is none.</summary>
    internal Pair? Train => Part("train");

    /// <summary>
    /// The part for the final figure, or all where there is but one part without a name; null if there is none.
    /// </summary>
    internal Pair? Test =>
        Part("t10k")
        ?? Part("test")
        ?? Part("validation")
        ?? Part("valid")
        ?? Part("val")
        ?? (Train is null ? Part("") : null);

    /// <summary>The names of all files.</summary>
    internal IEnumerable<string> Names => _members.Select(m => Path.GetFileName(m.Path));

    private Pair? Part(string role)
    {
        if (One(role, isLabels: false) is not { } images)
            return null;
        return new(
            images,
            One(role, isLabels: true)
                ?? throw new DataException(
                    $"{images}: its labels, {Path.GetFileName(images).Replace("images", "labels", StringComparison.OrdinalIgnoreCase).Replace("idx3", "idx1", StringComparison.OrdinalIgnoreCase)}, are not beside it."
                )
        );
    }

    // A file and the same packed are one.
    private string? One(string role, bool isLabels) =>
        PartNames.Only(
            _place,
            $"{role} {(isLabels ? "labels of" : "")}".Trim(),
            [
                .. _members
                    .Where(m => m.Role == role && m.IsLabels == isLabels)
                    .GroupBy(m => Unpacked(m.Path))
                    .Select(same => same.MinBy(m => m.Path.Length)!.Path),
            ]
        );

    private static string Unpacked(string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;

    /// <summary>A file: its set, such as emnist-letters, and its part.</summary>
    private sealed record Member(string Path, string Set, string Role, bool IsLabels)
    {
        /// <summary>The file, if it is one of IDX by content, or by a name that only these have.</summary>
        internal static Member? Of(string path, CancellationToken stop)
        {
            stop.ThrowIfCancellationRequested(); // of many files each is opened
            string[] words = [.. System.IO.Path.GetFileName(path).ToLowerInvariant().Split('-', '_', '.', ' ')];
            var dimensions = Idx.Dimensions(path) ?? Dimensions(words);
            if (dimensions is null)
                return null;
            var role = words.FirstOrDefault(Roles.Contains) ?? "";
            var set = words.Where(w => !Kinds.Contains(w) && w != role && Dimensions([w]) is null);
            return new(path, string.Join('-', set), role, dimensions == 1);
        }

        private static int? Dimensions(string[] words) =>
            words.Select(w => w is ['i', 'd', 'x', >= '1' and <= '4' and var n] ? n - '0' : (int?)null).Max();
    }
}
