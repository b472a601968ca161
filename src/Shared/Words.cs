using System.Globalization;
using SlimSharp.Objectives;

namespace SlimSharp;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    internal static string Percent(double share, int digits = 1) =>
        (100 * share).ToString($"F{digits}", CultureInfo.InvariantCulture) + " %";

    /// <summary>The value of a measure: in percent if it is a share.</summary>
    internal static string Measured(NamedMeasure measure, double value, int digits = 1) =>
        measure.IsShare ? Percent(value, digits) : Number(value, "G4");

    /// <summary>Words with commas and an "and" between.</summary>
    internal static string List(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.SkipLast(1))} and {words[^1]}";

    internal static string Count(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Change(long after, long before) =>
        ((double)after / before - 1).ToString("+0.0 %;−0.0 %;0.0 %", CultureInfo.InvariantCulture);

    /// <summary>Points of accuracy with their sign.</summary>
    internal static string Points(double points) => points.ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);

    internal static string Number(double value, string format = "G4") =>
        value.ToString(format, CultureInfo.InvariantCulture);

    internal static string Size(long bytes) =>
        bytes < 1_000_000
            ? $"{(bytes / 1e3).ToString("F0", CultureInfo.InvariantCulture)} kB"
            : $"{(bytes / 1e6).ToString("F2", CultureInfo.InvariantCulture)} MB";

    internal static string Time(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{(int)time.TotalMinutes} min {time.Seconds} s"
        : $"{(int)time.TotalSeconds} s";

    /// <summary>The same in at most seven columns.</summary>
    internal static string ShortTime(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{(int)time.TotalHours}h {time.Minutes:00}m"
        : time.TotalMinutes >= 1 ? $"{(int)time.TotalMinutes}m {time.Seconds:00}s"
        : $"{(int)time.TotalSeconds} s";
}
