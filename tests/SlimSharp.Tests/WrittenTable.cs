namespace SlimSharp.Tests;

/// <summary>
/// A table that tests write to <c>artifacts</c> row by row, and a page of docs quotes: of this run alone.
/// </summary>
/// <param name="name">The file's name.</param>
/// <param name="head">What stands above the rows.</param>
internal sealed class WrittenTable(string name, params string[] head)
{
    private readonly List<string> _rows = [];
    private readonly Lock _lock = new();

    /// <summary>Adds a row, without the bars at its ends.</summary>
    internal void Add(string row)
    {
        lock (_lock)
        {
            _rows.Add($"| {row} |");
            File.WriteAllLines(Path.Combine(Machine.Root, "artifacts", name), [.. head, .. _rows]);
        }
    }
}
