using System.Collections.Immutable;
using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>One run of a sweep.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Stage">The stage's name.</param>
/// <param name="Command">train, prune or retrain.</param>
/// <param name="Parent">The run whose result it starts from; null in the first stage.</param>
/// <param name="Options">All options of the command.</param>
/// <param name="Settings">What tells it from others: the values of all grids on the way to it.</param>
public sealed record SweepRun(
    int Number,
    string Stage,
    string Command,
    int? Parent,
    ImmutableSortedDictionary<string, string> Options,
    ImmutableSortedDictionary<string, string> Settings
)
{
    /// <summary>Options of slim evaluate, which measures what it leaves.</summary>
    public ImmutableSortedDictionary<string, string> Evaluate { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The setting that names a case of the first stage.</summary>
    internal const string Case = "case";

    /// <summary>The setting in which runs differ that are to be averaged.</summary>
    internal const string Seed = "seed";

    /// <summary>The share of channels that is cut.</summary>
    internal const string Ratio = "ratio";

    /// <summary>What a setting or an option says; null where there is none of that name.</summary>
    /// <exception cref="RunException">It says something that is no finite number.</exception>
    internal static double? NumberOf(ImmutableSortedDictionary<string, string> values, string name) =>
        !values.TryGetValue(name, out var text) ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
        && double.IsFinite(number)
            ? number
        : throw new RunException($"The sweep has '{name} {ScriptWord.Visible(text)}', but a {name} is a number.");

    /// <summary>The runs that it starts from, the first of all first, and itself.</summary>
    internal IEnumerable<SweepRun> Chain(IReadOnlyList<SweepRun> runs) =>
        Parent is { } parent ? runs[parent - 1].Chain(runs).Append(this) : [this];

    /// <summary>
    /// Pairs of runs of one stage that differ in one setting alone, having a first and a second value of it; by stage
    /// and in the order of the first.
    /// </summary>
    internal static IEnumerable<(SweepRun First, SweepRun Second)> Pairs(
        IReadOnlyList<SweepRun> runs,
        string setting,
        string first,
        string second
    )
    {
        var none = ImmutableSortedDictionary<string, string>.Empty;
        return Pairs(runs, none.Add(setting, first), none.Add(setting, second));
    }

    /// <summary>
    /// Pairs of runs of one stage that have these settings each and share all others; by stage and in the order of the
    /// first.
    /// </summary>
    internal static IEnumerable<(SweepRun First, SweepRun Second)> Pairs(
        IReadOnlyList<SweepRun> runs,
        ImmutableSortedDictionary<string, string> first,
        ImmutableSortedDictionary<string, string> second
    )
    {
        string[] named = [.. first.Keys.Union(second.Keys)];
        string Rest(SweepRun run) => $"{run.Stage}\n{run.SettingsBut(named)}";
        var others = runs.Where(r => r.Has(second)).ToDictionary(Rest);
        foreach (var run in runs.Where(r => r.Has(first)))
        {
            if (others.TryGetValue(Rest(run), out var other))
                yield return (run, other);
        }
    }

    private bool Has(ImmutableSortedDictionary<string, string> settings) =>
        settings.All(s => Settings.GetValueOrDefault(s.Key) == s.Value);

    /// <summary>The values of these settings, empty where it has none.</summary>
    internal IEnumerable<string> Values(IEnumerable<string> settings) =>
        settings.Select(s => Settings.GetValueOrDefault(s, ""));

    /// <summary>All settings but these, in words.</summary>
    internal string SettingsBut(params string[] left) =>
        string.Join(", ", Settings.Where(s => !left.Contains(s.Key)).Select(s => $"{s.Key} {s.Value}"));
}
