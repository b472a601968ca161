namespace SlimSharp.Runs;

/// <summary>
/// Names that every shell, scheduler and file system takes as they are: letters and digits of ASCII, dots, dashes and
/// underscores.
/// </summary>
internal static class SafeName
{
    private const int MaxLength = 100;
    private const string Fallback = "sweep";

    /// <summary>
    /// True if a name holds nothing else, something, and not too much; dots alone are folders, and no name.
    /// </summary>
    internal static bool Is(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(IsSafe) && name.Any(c => c != '.');

    /// <summary>Any text, reduced to such a name.</summary>
    internal static string Of(string text) => Reduce(text, IsSafe, MaxLength);

    /// <summary>
    /// Any text, reduced to a label of RFC 1123, as Kubernetes wants it: lower-case letters, digits and dashes, neither
    /// first nor last a dash.
    /// </summary>
    internal static string Label(string text, int maxLength) =>
        Reduce(text.ToLowerInvariant(), char.IsAsciiLetterOrDigit, maxLength);

    private static string Reduce(string text, Func<char, bool> isSafe, int maxLength)
    {
        var safe = string.Concat(text.Select(c => isSafe(c) ? c : '-')).Trim('-');
        safe = safe[..Math.Min(safe.Length, maxLength)].TrimEnd('-');
        return safe.Any(c => c != '.') ? safe : Fallback;
    }

    private static bool IsSafe(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_';
}
