using System.Net;
using System.Text;

namespace SlimSharp.Runs;

/// <summary>
/// A self-contained HTML page of tables and pictures: light and dark, narrow and wide, on screen and on paper.
/// </summary>
/// <param name="title">The heading.</param>
public sealed class ReportPage(string title)
{
    private const string Style = """
        * { box-sizing: border-box; }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 82rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
        h3, figcaption, summary { font-size: 1rem; font-weight: 600; }
        .scroll { overflow-x: auto; } table { border-collapse: collapse; }
        th, td { padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
        .facts td { white-space: normal; overflow-wrap: anywhere; } .facts td:first-child { min-width: 9rem; }
        th:first-child, td:first-child, .facts td { text-align: left; } th { color: var(--quiet); font-weight: 500; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 23rem), 1fr)); gap: 1.2rem; margin: 1rem 0; }
        figure { margin: 0; min-width: 0; max-width: 40rem; } summary { cursor: pointer; margin: 1rem 0; }
        svg.chart { display: block; width: 100%; height: auto; }
        pre { overflow-x: auto; color: var(--quiet); font-size: 13px; }
        @media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --line: #ccc; --paper: #fff; } figure, tr { break-inside: avoid; } body { max-width: none; } }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Begins a section.</summary>
    public ReportPage Section(string heading)
    {
        _body.AppendLine($"<h2>{WebUtility.HtmlEncode(heading)}</h2>");
        return this;
    }

    /// <summary>Adds a paragraph.</summary>
    public ReportPage Text(string text)
    {
        _body.AppendLine($"<p>{WebUtility.HtmlEncode(text)}</p>");
        return this;
    }

    /// <summary>Adds text whose line breaks and columns matter, to be expanded.</summary>
    public ReportPage Verbatim(string heading, string text)
    {
        _body.AppendLine(
            $"<details><summary>{WebUtility.HtmlEncode(heading)}</summary><pre>{WebUtility.HtmlEncode(text)}</pre></details>"
        );
        return this;
    }

    /// <summary>Adds a table.</summary>
    public ReportPage Table(string heading, IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        static string Row(string tag, IEnumerable<string> cells) =>
            $"<tr>{string.Concat(cells.Select(c => $"<{tag}>{WebUtility.HtmlEncode(c)}</{tag}>"))}</tr>";
        _body.AppendLine(
            $"<h3>{WebUtility.HtmlEncode(heading)}</h3>\n<div class=\"scroll\"><table>\n{Row("th", columns)}"
        );
        foreach (var row in rows)
            _body.AppendLine(Row("td", row));
        _body.AppendLine("</table></div>");
        return this;
    }

    /// <summary>Adds what is known, each with a name.</summary>
    public ReportPage Facts(string heading, IEnumerable<(string Name, string Value)> facts)
    {
        _body.AppendLine($"<h3>{WebUtility.HtmlEncode(heading)}</h3>\n<table class=\"facts\">");
        foreach (var (name, value) in facts)
            _body.AppendLine($"<tr><td>{WebUtility.HtmlEncode(name)}</td><td>{WebUtility.HtmlEncode(value)}</td></tr>");
        _body.AppendLine("</table>");
        return this;
    }

    /// <summary>Adds pictures, SVG elements with what each shows, beside each other where there is room.</summary>
    public ReportPage Pictures(params IEnumerable<(string Caption, string Svg)> pictures)
    {
        _body.AppendLine("<div class=\"charts\">");
        foreach (var (caption, svg) in pictures)
            _body.AppendLine($"<figure><figcaption>{WebUtility.HtmlEncode(caption)}</figcaption>{svg}</figure>");
        _body.AppendLine("</div>");
        return this;
    }

    /// <summary>Adds such pictures, to be expanded.</summary>
    public ReportPage Collapsed(string heading, params IEnumerable<(string Caption, string Svg)> pictures)
    {
        _body.AppendLine($"<details><summary>{WebUtility.HtmlEncode(heading)}</summary>");
        Pictures(pictures);
        _body.AppendLine("</details>");
        return this;
    }

    /// <summary>Adds markup; whoever made it has encoded what is text in it.</summary>
    internal void Add(string markup) => _body.AppendLine(markup);

    /// <summary>The page.</summary>
    public override string ToString() =>
        $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,">
            <title>{WebUtility.HtmlEncode(title)}</title>
            <style>
            {ChartStyle.Rules}
            {Style}
            </style></head>
            <body><h1>{WebUtility.HtmlEncode(title)}</h1>
            {_body}</body></html>
            """;
}
