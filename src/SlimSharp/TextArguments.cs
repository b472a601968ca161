using System.Globalization;

namespace SlimSharp;

/// <summary>
/// The parameters of a text form, as in alpha=0.2 of <c>mixup:alpha=0.2</c>; each must be taken exactly by the kind
/// that it was written for. A comma within a value, as paths have, is no separator unless a name and an equals sign
/// follow it.
/// </summary>
public sealed class TextArguments
{
    private const int MostParts = 256; // more than anybody means
    private readonly string _what;
    private readonly List<KeyValuePair<string, string>> _given = [];
    private readonly List<KeyValuePair<string, string>> _taken = [];
    private readonly HashSet<string> _known = [];

    /// <param name="what">What kind of thing it is, as messages begin: The regulariser.</param>
    /// <param name="text">The whole text form.</param>
    /// <param name="parameters">The part behind the colon.</param>
    internal TextArguments(string what, string text, string parameters)
    {
        _what = $"{what} '{text}'";
        string[] parts = parameters.Split(',');
        if (parts.Length > MostParts)
            throw new FormatException($"{what} '{text[..40]}…' has {parts.Length} commas; {MostParts} are the most.");
        foreach (var part in parts.Where((p, i) => p.Length > 0 || i > 0))
        {
            if (Named(part) is var (name, value))
                _given.Add(new(name, value));
            else if (_given.Count > 0)
                _given[^1] = new(_given[^1].Key, $"{_given[^1].Value},{part}");
            else
                throw new FormatException(
                    $"{_what} is malformed at '{part}': parameters are written name=value, with commas between."
                );
        }
    }

    /// <summary>What was taken, in canonical form and order.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Taken => _taken;

    /// <summary>A number.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="range">What it must be, in words, as in "positive".</param>
    /// <param name="isInRange">Whether a number is that.</param>
    /// <param name="otherwise">Its value where it was not given; null if it must be.</param>
    /// <exception cref="FormatException">It was not given, is no number, or out of range.</exception>
    public double Number(string name, string range, Func<double, bool> isInRange, double? otherwise = null) =>
        MaybeNumber(name, range, isInRange) is { } given ? given : Keep(name, otherwise ?? throw Lacking(name));

    /// <summary>A number that may be left out; null if it was.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="range">What it must be, in words, as in "positive".</param>
    /// <param name="isInRange">Whether a number is that.</param>
    /// <exception cref="FormatException">It is no number, or out of range.</exception>
    public double? MaybeNumber(string name, string range, Func<double, bool> isInRange)
    {
        if (Take(name) is not { } text)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"{_what} has {name}={text}, but that must be a number.");
        return double.IsFinite(number) && isInRange(number)
            ? Keep(name, number)
            : throw new FormatException($"{_what} has {name}={text}, but that must be {range}.");
    }

    /// <summary>Any text, such as a path.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="otherwise">
    /// Its value where it was not given, which canonical texts leave out; null if it must be.
    /// </param>
    /// <exception cref="FormatException">It was not given.</exception>
    public string Text(string name, string? otherwise = null)
    {
        if (Take(name) is not { } text)
            return otherwise ?? throw Lacking(name);
        if (text.Length == 0)
            throw Lacking(name);
        _taken.Add(new(name, text));
        return text;
    }

    /// <summary>One of a few words, the first where it was not given.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public string Choice(string name, params string[] words)
    {
        var word = Take(name) ?? words[0];
        if (!words.Contains(word))
            throw new FormatException($"{_what} has {name}={word}, but that must be {string.Join(" or ", words)}.");
        _taken.Add(new(name, word));
        return word;
    }

    /// <summary>
    /// The text form of something else, such as a penalty, with the parameters that follow it and were not taken, which
    /// are its own. To be taken last; in the canonical text it stands first.
    /// </summary>
    /// <param name="name">What it is called.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="FormatException">It was not given, or cannot be read.</exception>
    public T Form<T>(string name, Func<string, T> read)
        where T : notnull
    {
        var at = _given.FindIndex(p => p.Key == name);
        var text = Take(name) ?? throw Lacking(name);
        foreach (var (own, value) in _given.Skip(at).ToArray())
        {
            text += $"{(text.Contains(':', StringComparison.Ordinal) ? ',' : ':')}{own}={value}";
            _given.Remove(new(own, value));
        }
        try
        {
            var form = read(text);
            _taken.Insert(0, new(name, $"{form}"));
            return form;
        }
        catch (FormatException e)
        {
            throw new FormatException($"{_what}: {e.Message}", e);
        }
    }

    /// <summary>Throws if something was given that nobody took.</summary>
    /// <exception cref="FormatException">There is such a parameter; the message says what there is.</exception>
    internal void RefuseUntaken()
    {
        if (_given.Count > 0)
            throw new FormatException(
                _known.Contains(_given[0].Key)
                    ? $"{_what} has its parameter '{_given[0].Key}' twice."
                    : $"{_what} has no parameter '{_given[0].Key}'; "
                        + (_known.Count == 0 ? "it has none at all." : $"it has {string.Join(", ", _known)}.")
            );
    }

    /// <summary>The name and the parameters of a text form.</summary>
    internal static (string Name, string Parameters) Split(string text) =>
        text.Split(':', 2) is [var name, var parameters] ? (name.Trim(), parameters) : (text.Trim(), "");

    /// <summary>
    /// The text forms in a text, with spaces between: each begins with a name that is known. Other spaces are a
    /// value's.
    /// </summary>
    /// <exception cref="FormatException">They are more than anybody means.</exception>
    internal static IReadOnlyList<string> Split(string text, IReadOnlyCollection<string> names)
    {
        text = text.Trim(' ');
        var begins = new List<int> { 0 };
        for (var at = text.IndexOf(' '); at >= 0; at = text.IndexOf(' ', at + 1))
        {
            var word = text[(at + 1)..(text.IndexOf(' ', at + 1) is var end and >= 0 ? end : text.Length)];
            if (names.Any(n => word == n || word.StartsWith($"{n}:", StringComparison.Ordinal)))
                begins.Add(at + 1);
        }
        return begins.Count <= MostParts
            ? [.. begins.Zip([.. begins.Skip(1), text.Length], (from, to) => text[from..to].TrimEnd(' '))]
            : throw new FormatException($"'{text[..40]}…' is {begins.Count} of them; {MostParts} are the most.");
    }

    private string? Take(string name)
    {
        _known.Add(name);
        var at = _given.FindIndex(p => p.Key == name);
        if (at < 0)
            return null;
        var value = _given[at].Value;
        _given.RemoveAt(at);
        return value;
    }

    private double Keep(string name, double number)
    {
        _taken.Add(new(name, number.ToString("R", CultureInfo.InvariantCulture)));
        return number;
    }

    private FormatException Lacking(string name) => new($"{_what} lacks its parameter '{name}'.");

    // name=value, where the name is a word of letters, digits and dashes.
    private static (string Name, string Value)? Named(string part)
    {
        var at = part.IndexOf('=', StringComparison.Ordinal);
        var name = at < 0 ? "" : part[..at].Trim();
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            ? (name, part[(at + 1)..].Trim())
            : null;
    }
}
