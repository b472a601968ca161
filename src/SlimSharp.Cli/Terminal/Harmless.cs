using System.Buffers;
using System.Text;

namespace SlimSharp.Cli;

/// <summary>
/// Text for a terminal in which nothing is a command to it. Names come from files of others: control characters could
/// move the cursor, set colours or the window's title, and bidirectional overrides show letters in another order than
/// they stand in. They are written out instead, as in \u001b.
/// </summary>
internal static class Harmless
{
    // C0 and DEL, C1, marks and overrides of direction, separators of lines and paragraphs.
    private static readonly char[] Commands =
    [
        .. Range(0x00, 0x1F),
        .. Range(0x7F, 0x9F),
        '\u061C',
        .. Range(0x200E, 0x200F),
        .. Range(0x2028, 0x202E),
        .. Range(0x2066, 0x2069),
    ];

    private static readonly SearchValues<char> InLine = SearchValues.Create(Commands);
    private static readonly SearchValues<char> InText = SearchValues.Create([.. Commands.Except(['\n', '\t'])]);

    /// <summary>Text of several lines: their ends and tabs stay.</summary>
    internal static string Text(string text) => Written(text.ReplaceLineEndings("\n"), InText);

    /// <summary>Text that is to stay one line.</summary>
    internal static string Line(string text) => Written(text, InLine);

    private static string Written(string text, SearchValues<char> commands)
    {
        if (text.AsSpan().IndexOfAny(commands) < 0)
            return text;
        var written = new StringBuilder(text.Length + 16);
        foreach (var letter in text)
            _ = commands.Contains(letter) ? written.Append($"\\u{(int)letter:x4}") : written.Append(letter);
        return written.ToString();
    }

    private static IEnumerable<char> Range(int from, int to) =>
        Enumerable.Range(from, to - from + 1).Select(c => (char)c);
}
