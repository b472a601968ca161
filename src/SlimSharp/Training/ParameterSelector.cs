using System.IO.Enumeration;
using SlimSharp.Networks;

namespace SlimSharp.Training;

/// <summary>
/// Which parameters something is for, by words with + between: roles (weight, bias, scale, gain, shift), own for what
/// regularisers train beside the model, all, and names in which * stands for anything, as in block1.*; with ! before
/// them, all others.
/// </summary>
public sealed class ParameterSelector : IEquatable<ParameterSelector>
{
    private const string Everything = "all";
    private const string Own = "own"; // of regularisers
    private readonly string[] _words;
    private readonly bool _isNot;

    /// <param name="text">The text form, such as !scale or weight+block1.*.</param>
    /// <exception cref="TrainingException">It has an empty word.</exception>
    public ParameterSelector(string text)
    {
        Text = text;
        _isNot = text.StartsWith('!');
        _words = text.TrimStart('!').Split('+', StringSplitOptions.TrimEntries);
        if (_words.Any(w => w.Length == 0))
            throw new TrainingException(
                $"'{text}' selects no parameters: "
                    + "it takes words with + between, such as weight+bias, !scale or block1.*."
            );
    }

    /// <summary>All parameters.</summary>
    public static ParameterSelector All { get; } = new(Everything);

    /// <summary>All but the scales.</summary>
    public static ParameterSelector NotScales { get; } = new("!scale");

    /// <summary>The text form.</summary>
    public string Text { get; }

    /// <summary>Whether it selects a parameter.</summary>
    /// <param name="name">Its full name, such as conv1.weight.</param>
    /// <param name="role">What it is for; null for one that a regulariser trains beside the model.</param>
    public bool Selects(string name, ParameterRole? role) => _isNot != _words.Any(w => Means(w, name, role));

    /// <inheritdoc/>
    public bool Equals(ParameterSelector? other) => other is not null && other.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ParameterSelector);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static bool Means(string word, string name, ParameterRole? role) =>
        word == Everything
        || word == (role is { } known ? $"{known}".ToLowerInvariant() : Own)
        || FileSystemName.MatchesSimpleExpression(word, name, ignoreCase: false);
}
