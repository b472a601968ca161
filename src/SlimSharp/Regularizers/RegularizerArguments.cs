using System.Globalization;
using SlimSharp.Penalties;

namespace SlimSharp.Regularizers;

/// <summary>The parameters of a regulariser's text form; each must be taken exactly by the kind that it was written for.</summary>
public sealed class RegularizerArguments
{
    private const string PenaltyName = "penalty";
    private readonly string _text;
    private readonly List<KeyValuePair<string, string>> _given = [];
    private readonly List<KeyValuePair<string, string>> _taken = [];
    private readonly HashSet<string> _known = [];

    internal RegularizerArguments(string text, string parameters)
    {
        _text = text;
        foreach (var part in parameters.Split(',').Where((p, i) => p.Length > 0 || i > 0))
        {
            if (Named(part) is var (name, value))
                _given.Add(new(name, value));
            else if (_given.Count > 0)
                _given[^1] = new(_given[^1].Key, $"{_given[^1].Value},{part}"); // a comma within a value, as paths have
            else
                throw new FormatException(
                    $"The regulariser '{text}' is malformed at '{part}': parameters are written name=value, with commas between."
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
    /// <exception cref="FormatException">It is no number, or out of range.</exception>
    public double? MaybeNumber(string name, string range, Func<double, bool> isInRange)
    {
        if (Take(name) is not { } text)
            return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"The regulariser '{_text}' has {name}={text}, but that must be a number.");
        return double.IsFinite(number) && isInRange(number)
            ? Keep(name, number)
            : throw new FormatException($"The regulariser '{_text}' has {name}={text}, but that must be {range}.");
    }

    /// <summary>Any text, such as a path.</summary>
    /// <exception cref="FormatException">It was not given.</exception>
    public string Text(string name)
    {
        var text = Take(name) is { Length: > 0 } given ? given : throw Lacking(name);
        _taken.Add(new(name, text));
        return text;
    }

    /// <summary>One of a few words, the first where it was not given.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public string Choice(string name, params string[] words)
    {
        var word = Take(name) ?? words[0];
        if (!words.Contains(word))
            throw new FormatException(
                $"The regulariser '{_text}' has {name}={word}, but that must be {string.Join(" or ", words)}."
            );
        _taken.Add(new(name, word));
        return word;
    }

    /// <summary>
    /// The penalty, with the parameters that follow it and are not the regulariser's own. To be taken last, for what was not taken is the penalty's; in the text it
    /// stands first.
    /// </summary>
    /// <param name="lambda">Its strength, which the published parameters of MCP and SCAD need.</param>
    /// <exception cref="FormatException">It was not given, or is no penalty.</exception>
    public Penalty Penalty(double? lambda)
    {
        var at = _given.FindIndex(p => p.Key == PenaltyName);
        var text = Take(PenaltyName) ?? throw Lacking(PenaltyName);
        foreach (var (name, value) in _given.Skip(at).ToArray())
        {
            text += $"{(text.Contains(':', StringComparison.Ordinal) ? ',' : ':')}{name}={value}";
            _given.Remove(new(name, value));
        }
        try
        {
            var penalty = Penalties.Penalty.Parse(text, lambda);
            _taken.Insert(0, new(PenaltyName, penalty.ToString()));
            return penalty;
        }
        catch (FormatException e)
        {
            throw new FormatException($"The regulariser '{_text}': {e.Message}", e);
        }
    }

    internal void RefuseUntaken()
    {
        if (_given.Count > 0)
            throw new FormatException(
                _known.Contains(_given[0].Key)
                    ? $"The regulariser '{_text}' has its parameter '{_given[0].Key}' twice."
                    : $"The regulariser '{_text}' has no parameter '{_given[0].Key}'; "
                        + (_known.Count == 0 ? "it has none at all." : $"it has {string.Join(", ", _known)}.")
            );
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

    private FormatException Lacking(string name) => new($"The regulariser '{_text}' lacks its parameter '{name}'.");

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
