using System.Globalization;

namespace SlimSharp.Cli;

/// <summary>What a run's setting must be to be listed.</summary>
/// <param name="Name">The setting's name, as <see cref="SettingName"/> understands it.</param>
/// <param name="Value">
/// Its value; numbers and letters may be written in any way. Empty where the run must not have it.
/// </param>
internal sealed record RunCondition(string Name, string Value)
{
    /// <summary>Reads NAME=VALUE.</summary>
    /// <exception cref="UsageException">It is written otherwise.</exception>
    internal static RunCondition Parse(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, var value]
            ? new(name, value)
            : throw new UsageException($"--where {text}: a condition is written NAME=VALUE.");

    private const string Command = "command"; // of what is listed, not of what that descends from

    /// <summary>True if the run, or one that it descends from, has such a setting, whatever its value.</summary>
    internal bool IsKnownTo(ListedRun run) => Values(run).Any();

    /// <summary>True if it holds for the run, or for one that it descends from.</summary>
    internal bool Fits(ListedRun run) =>
        Values(run)
            .DefaultIfEmpty("")
            .Any(v => v.Equals(Value, StringComparison.OrdinalIgnoreCase) || IsSameNumber(v, Value));

    private IEnumerable<string> Values(ListedRun run) =>
        (Name == Command ? [run.Run.Settings] : run.Line)
            .SelectMany(s => s)
            .Where(s => SettingName.Means(Name, s.Key))
            .Select(s => s.Value);

    private static bool IsSameNumber(string a, string b) =>
        double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
        && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
        && x == y;
}
