using System.Net;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>A self-contained HTML page of tables and pictures.</summary>
/// <param name="title">The heading.</param>
public sealed class ReportPage(string title)
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1f2933; --quiet: #66788a; --line: #d5dde5; --a: #2563a8; --b: #d9742b; --paper: #fff; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --quiet: #93a3b3; --line: #3a4652; --a: #6aa7e8; --b: #f0a060; --paper: #171c21; } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        table { border-collapse: collapse; } th, td { padding: .25rem .8rem; border-bottom: 1px solid var(--line); text-align: right; }
        th:first-child, td:first-child { text-align: left; } th { color: var(--quiet); font-weight: 500; }
        svg { max-width: 100%; height: auto; } svg text { fill: var(--quiet); font-size: 11px; } pre { overflow-x: auto; color: var(--quiet); }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Adds a paragraph.</summary>
    public ReportPage Text(string text)
    {
        _body.AppendLine($"<p>{WebUtility.HtmlEncode(text)}</p>");
        return this;
    }

    /// <summary>Adds text whose line breaks and columns matter.</summary>
    public ReportPage Verbatim(string heading, string text)
    {
        _body.AppendLine($"<h2>{WebUtility.HtmlEncode(heading)}</h2>\n<pre>{WebUtility.HtmlEncode(text)}</pre>");
        return this;
    }

    /// <summary>Adds a table.</summary>
    public ReportPage Table(string heading, IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        static string Row(string tag, IEnumerable<string> cells) =>
            $"<tr>{string.Concat(cells.Select(c => $"<{tag}>{WebUtility.HtmlEncode(c)}</{tag}>"))}</tr>";
        _body.AppendLine($"<h2>{WebUtility.HtmlEncode(heading)}</h2>\n<table>\n{Row("th", columns)}");
        foreach (var row in rows)
            _body.AppendLine(Row("td", row));
        _body.AppendLine("</table>");
        return this;
    }

    /// <summary>Adds a picture, an SVG element.</summary>
    public ReportPage Picture(string heading, string svg)
    {
        _body.AppendLine($"<h2>{WebUtility.HtmlEncode(heading)}</h2>\n{svg}");
        return this;
    }

    /// <summary>The page.</summary>
    public override string ToString() =>
        $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>
            {Style}
            </style></head>
            <body><h1>{WebUtility.HtmlEncode(title)}</h1>
            {_body}</body></html>
            """;
}
