namespace SlimSharp;

/// <summary>
/// The folders below a folder, those that links lead to with them. Links may lead back to where they lie, and two of
/// them to as many paths as there are numbers; each folder is there once.
/// </summary>
internal static class FolderTree
{
    /// <summary>
    /// The folder itself and every folder below it, in the order of their paths; by its own name, where it has one
    /// there besides those of links.
    /// </summary>
    internal static IReadOnlyList<string> Of(string root)
    {
        var (seen, found, links) = (new HashSet<string>(), new List<string>(), new Queue<string>());
        links.Enqueue(root);
        while (links.TryDequeue(out var start)) // what lies below one comes before what links in it lead to
            Walk(start, seen, found, links);
        return [.. found.Order(Comparer<string>.Create(Compare))];
    }

    private static void Walk(string start, HashSet<string> seen, List<string> found, Queue<string> links)
    {
        var open = new Stack<(string Shown, string Real)>([(start, Real(start))]);
        while (open.TryPop(out var folder))
        {
            if (!seen.Add(folder.Real))
                continue;
            found.Add(folder.Shown);
            foreach (
                var inner in new DirectoryInfo(folder.Shown)
                    .EnumerateDirectories()
                    .OrderBy(d => d.Name, StringComparer.Ordinal)
            )
            {
                var shown = Path.Combine(folder.Shown, inner.Name);
                if (inner.LinkTarget is null)
                    open.Push((shown, Path.Combine(folder.Real, inner.Name)));
                else
                    links.Enqueue(shown);
            }
        }
    }

    // Without a link on the whole way: names of the same folder are the same then.
    private static string Real(string path)
    {
        var whole = Path.GetFullPath(path);
        if (Path.GetDirectoryName(whole) is not { } above)
            return whole;
        var at = Path.Combine(Real(above), Path.GetFileName(whole));
        return Directory.ResolveLinkTarget(at, false) is { } target ? Real(target.FullName) : at;
    }

    // What lies in a folder comes right after it: a, a/b, a-b.
    private static int Compare(string? one, string? other) =>
        string.CompareOrdinal(
            one?.Replace(Path.DirectorySeparatorChar, '\0'),
            other?.Replace(Path.DirectorySeparatorChar, '\0')
        );
}
