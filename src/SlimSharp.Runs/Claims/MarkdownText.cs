using System.Text;

namespace SlimSharp.Runs;

/// <summary>A page in Markdown, with its pictures as files in a folder beside it.</summary>
/// <param name="folder">The folder of pictures, as the page is to name it.</param>
internal sealed class MarkdownText(string folder) : PageText
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, string> _pictures = [];

    /// <summary>The pictures, SVG by the name of the file.</summary>
    internal IReadOnlyDictionary<string, string> Pictures => _pictures;

    internal override void Heading(int level, string text) => Say($"{new string('#', level)} {text}");

    internal override void Say(string paragraph) => _text.Append(paragraph).Append("\n\n");

    internal override void List(IEnumerable<string> items) => Say(string.Join('\n', items.Select(i => $"* {i}")));

    internal override void Table(IEnumerable<string> heads, IEnumerable<string[]> rows)
    {
        static string Line(IEnumerable<string> cells) =>
            $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
        string[] names = [.. heads];
        _text.Append(Line(names)).Append('|').Insert(_text.Length, "---|", names.Length).Append('\n');
        foreach (var row in rows)
            _text.Append(Line(row));
        _text.Append('\n');
    }

    internal override void Picture(string name, string caption, string svg)
    {
        // Names of others' files must not lead elsewhere, nor two of them to one file.
        var safe = SafeName.Of(name);
        var file = $"{safe}.svg";
        for (var i = 2; _pictures.ContainsKey(file); i++)
            file = $"{safe}-{i}.svg";
        _pictures[file] = ChartStyle.Standalone(svg);
        Say($"**{caption}**\n\n![{caption}]({folder}/{file})");
    }

    public override string ToString() => _text.ToString();
}
