using System.Globalization;

namespace SlimSharp.Penalties;

/// <summary>
/// The named parameters of a penalty's text form; each must be taken exactly by the penalty it was written for.
/// </summary>
public sealed class PenaltyArguments
{
    private readonly string _text;
    private readonly Dictionary<string, double> _given = [];
    private readonly HashSet<string> _taken = [];
    private readonly double? _lambda;

    internal PenaltyArguments(string text, string parameters, double? lambda)
    {
        (_text, _lambda) = (text, lambda);
        foreach (var part in parameters.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.Split('=') is [var n, var v] ? (n.Trim(), v) : throw Malformed(part);
            if (
                !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                || !_given.TryAdd(name, number)
            )
                throw Malformed(part);
        }
    }

    /// <summary>The parameter of that name.</summary>
    /// <exception cref="FormatException">It was not given.</exception>
    public double this[string name] =>
        _given.TryGetValue(name, out var value) && (_taken.Add(name) || true)
            ? value
            : throw new FormatException($"The penalty '{_text}' lacks its parameter '{name}'.");

    /// <summary>True if a parameter of that name was given.</summary>
    public bool Has(string name) => _given.ContainsKey(name);

    /// <summary>The strength, which the published parametrisations of MCP and SCAD need.</summary>
    /// <exception cref="FormatException">No strength is known.</exception>
    public double Lambda =>
        _lambda
        ?? throw new FormatException(
            $"The penalty '{_text}' with the published parameter 'a' needs λ; give 'knee' instead."
        );

    internal void RefuseUntaken()
    {
        if (_given.Keys.FirstOrDefault(name => !_taken.Contains(name)) is { } stray)
            throw new FormatException($"The penalty '{_text}' has no parameter '{stray}'.");
    }

    private FormatException Malformed(string part) =>
        new(
            $"The penalty '{_text}' is malformed at '{part}': parameters are written name=number, each once, with commas between."
        );
}
