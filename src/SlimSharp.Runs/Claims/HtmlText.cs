using System.Net;
using System.Text.RegularExpressions;

namespace SlimSharp.Runs;

/// <summary>
/// A page in HTML that needs no other file. Whatever comes from a file of claims or from results is text, never markup.
/// </summary>
/// <param name="title">The heading.</param>
internal sealed partial class HtmlText(string title) : PageText
{
    private readonly ReportPage _page = new(title);

    internal override void Heading(int level, string text)
    {
        if (level > 1) // the page has its own
            _page.Add($"<h{level}>{Inline(text)}</h{level}>");
    }

    internal override void Say(string paragraph) => _page.Add($"<p>{Inline(paragraph)}</p>");

    internal override void List(IEnumerable<string> items) =>
        _page.Add($"<ul>{string.Concat(items.Select(i => $"<li>{Inline(i)}</li>"))}</ul>");

    internal override void Table(IEnumerable<string> heads, IEnumerable<string[]> rows)
    {
        static string Row(string tag, IEnumerable<string> cells) =>
            $"<tr>{string.Concat(cells.Select(c => $"<{tag}>{Inline(c)}</{tag}>"))}</tr>";
        _page.Add($"<div class=\"scroll\"><table>\n{Row("th", heads)}");
        foreach (var row in rows)
            _page.Add(Row("td", row));
        _page.Add("</table></div>");
    }

    internal override void Picture(string name, string caption, string svg) => _page.Pictures((caption, svg));

    public override string ToString() => _page.ToString();

    private static string Inline(string text) =>
        Code.Replace(Bold.Replace(WebUtility.HtmlEncode(text), "<b>$1</b>"), "<code>$1</code>");

    [GeneratedRegex(@"\*\*([^*]+)\*\*")]
    private static partial Regex Bold { get; }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code { get; }
}
