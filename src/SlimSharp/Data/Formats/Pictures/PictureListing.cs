namespace SlimSharp.Data;

/// <summary>Which pictures of a folder or archive are read, by class, and what is left out.</summary>
internal sealed class PictureListing
{
    private const int Listed = 5;
    private readonly string _path;
    private readonly Entry[] _files;
    private readonly Entry[] _folders;
    private readonly int _level; // parts of a picture's name: its class is the last but one

    /// <summary>Sorts what is there, in that order.</summary>
    /// <param name="path">The folder or archive, in messages.</param>
    /// <param name="entries">What is in it.</param>
    /// <param name="level">How deep pictures lie: 2 for CLASS/picture; null for where most of them lie.</param>
    /// <exception cref="DataException">There is no picture, or a class folder in which none can be read.</exception>
    internal PictureListing(string path, IEnumerable<Entry> entries, int? level = null)
    {
        var seen = entries.Where(e => !e.Parts.Any(IsHidden)).ToArray();
        (_path, _files, _folders) = (path, [.. seen.Where(e => !e.IsFolder)], [.. seen.Where(e => e.IsFolder)]);
        _level =
            level
            ?? _files
                .Where(f => PictureFormat.IsRead(f.Name) && f.Parts.Length > 1)
                .GroupBy(f => f.Parts.Length)
                .OrderByDescending(g => g.Count())
                .ThenBy(g => g.Key)
                .FirstOrDefault()
                ?.Key
            ?? 2;
        Pictures = [.. _files.Where(IsPicture)];
        RefuseUnread();
        if (Pictures.Length == 0)
            throw new DataException(
                $"{path}: holds no picture in a folder named after its class; {PictureFormat.Names} are read."
            );
        Classes = [.. Pictures.Select(Class).Distinct().Order(StringComparer.Ordinal)];
    }

    private PictureListing(string path, Entry[] files)
    {
        (_path, _files, _folders, _level) = (path, files, [], 0);
        Pictures = [.. files.Where(f => PictureFormat.IsRead(f.Name))];
        Classes = [];
        if (Pictures.Length == 0)
            throw new DataException($"{path}: holds no picture; {PictureFormat.Names} are read.");
    }

    /// <summary>All pictures, wherever they lie, without classes.</summary>
    /// <exception cref="DataException">There is none.</exception>
    internal static PictureListing Unlabelled(string path, IEnumerable<Entry> entries) =>
        new(path, [.. entries.Where(e => !e.IsFolder && !e.Parts.Any(IsHidden))]);

    private PictureListing(PictureListing whole, Entry[] pictures)
    {
        (_path, _files, _folders, _level) = (whole._path, whole._files, whole._folders, whole._level);
        (Pictures, Classes) = (pictures, whole.Classes);
    }

    /// <summary>The pictures to read.</summary>
    internal Entry[] Pictures { get; }

    /// <summary>The classes of all pictures, in the order of their names; none if they have none.</summary>
    internal string[] Classes { get; }

    /// <summary>The label of a picture.</summary>
    internal int Label(Entry picture) => Array.BinarySearch(Classes, Class(picture), StringComparer.Ordinal);

    /// <summary>Only those that are held out for validation.</summary>
    internal PictureListing HeldOut(double share)
    {
        var places = ImageSet.HeldOut([.. Pictures.Select(Label)], share, TrainAndTest.HoldOutSeed);
        return places.Count > 0
            ? new(this, [.. Pictures.Where((_, i) => places.Contains(i))])
            : throw TrainAndTest.TooFew(_path, Pictures.Length, share);
    }

    private string Class(Entry picture) => picture.Parts[_level - 2];

    /// <summary>
    /// True for what file managers, editors and archivers put beside: names that begin with a dot, and __MACOSX.
    /// </summary>
    internal static bool IsHidden(string name) => name is ['.', ..] or "__MACOSX";

    /// <summary>What was left out, in a sentence each.</summary>
    internal IEnumerable<string> Remarks()
    {
        if (Classes.Length == 0)
        {
            var others = _files.Except(Pictures).ToArray();
            if (others.Length > 0)
                yield return $"{_path}: left out {Count(others.Length, "file")} of other kinds ({Endings(others)}).";
            yield break;
        }
        var unread = _files.Where(f => f.Parts.Length == _level && !PictureFormat.IsRead(f.Name)).ToArray();
        if (unread.Length > 0)
            yield return $"{_path}: left out {Count(unread.Length, "file")} of other kinds in class folders ({Endings(unread)}); "
                + $"{PictureFormat.Names} are read, {PictureFormat.Advice}.";
        string[] below =
        [
            .. _files
                .Concat(_folders)
                .Where(e => e.Parts.Length - (e.IsFolder ? 0 : 1) >= _level)
                .Select(e => string.Join('/', e.Parts[(_level - 2).._level]))
                .Distinct(),
        ];
        var inside = _files.Where(f => f.Parts.Length > _level).ToArray();
        if (below.Length > 0)
            yield return $"{_path}: left out {Count(inside.Length, "file")}{(inside.Length > 0 ? $" ({Endings(inside)})" : "")} "
                + $"in {Count(below.Length, "folder")} inside class folders ({Names(below)}); move pictures up into the folder of their class.";
        var above = _files.Where(f => f.Parts.Length < _level).ToArray();
        if (above.Any(f => PictureFormat.IsRead(f.Name)))
            yield return $"{_path}: left out {Count(above.Length, "file")} outside of class folders ({Endings(above)}).";
        string[] empty = [.. ClassFolders().Where(c => !c.Within.Any()).Select(c => c.Key)];
        if (empty.Length > 0)
            yield return $"{_path}: {Count(empty.Length, "folder")} {(empty.Length == 1 ? "is" : "are")} empty and {(empty.Length == 1 ? "gives" : "give")} no class ({Names(empty)}).";
    }

    private bool IsPicture(Entry entry) =>
        !entry.IsFolder && entry.Parts.Length == _level && PictureFormat.IsRead(entry.Name);

    // A class that vanishes would change the labels of those behind it.
    private void RefuseUnread()
    {
        foreach (var folder in ClassFolders().Where(c => c.Within.Any() && !c.Within.Any(IsPicture)))
        {
            var files = folder.Within.Where(e => !e.IsFolder && e.Parts.Length == _level).ToArray();
            var what = files.Length > 0 ? Endings(files) : "only folders";
            throw new DataException(
                $"{_path}: in its folder {folder.Key} no picture can be read ({what}); {PictureFormat.Names} are read. "
                    + $"Move pictures up into it, {PictureFormat.Advice}, or take the folder away."
            );
        }
    }

    // By path, with all that is in them.
    private IEnumerable<Folder> ClassFolders()
    {
        var within = _files
            .Concat(_folders)
            .Where(e => e.Parts.Length >= _level)
            .ToLookup(e => string.Join('/', e.Parts[..(_level - 1)]));
        return within
            .Select(g => g.Key)
            .Concat(_folders.Where(f => f.Parts.Length == _level - 1).Select(f => string.Join('/', f.Parts)))
            .Distinct()
            .Select(key => new Folder(key, within[key]));
    }

    private static string Endings(IEnumerable<Entry> files) =>
        Names([
            .. files
                .GroupBy(f => Path.GetExtension(f.Name).ToLowerInvariant())
                .OrderByDescending(g => g.Count())
                .Select(g => $"{g.Count()} {(g.Key.Length == 0 ? "without ending" : g.Key)}"),
        ]);

    private static string Names(string[] names) =>
        names.Length <= Listed ? string.Join(", ", names) : $"{string.Join(", ", names.Take(Listed))}, …";

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count:N0} {noun}s";

    /// <summary>A file or folder.</summary>
    /// <param name="Parts">Its path from the folder or archive on.</param>
    /// <param name="Name">What errors call it.</param>
    /// <param name="Read">Its content; null for a folder.</param>
    internal sealed record Entry(string[] Parts, string Name, Func<byte[]>? Read)
    {
        internal bool IsFolder => Read is null;

        /// <summary>Its name, and of a file its length.</summary>
        internal string Identity => File.Exists(Name) ? $"{Name} {ReadBudget.LengthOf(Name)}" : Name;
    }

    private sealed record Folder(string Key, IEnumerable<Entry> Within);
}
