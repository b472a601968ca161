using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>What a case of a search was given, and what came of it on validation images.</summary>
/// <param name="Case">The case.</param>
/// <param name="Settings">What was tried, as in lambda 0.001.</param>
/// <param name="Accuracies">Accuracy in % on validation images after every stage, averaged over seeds.</param>
/// <param name="IsTaken">
/// True if it is the last of its case, and so the strongest, that is less than <see cref="Margin"/> below the best
/// after the last stage.
/// </param>
public sealed record SweepChoice(
    string Case,
    ImmutableSortedDictionary<string, string> Settings,
    ImmutableArray<double> Accuracies,
    bool IsTaken
)
{
    /// <summary>Points within which the strongest is taken.</summary>
    public const double Margin = 1;

    /// <summary>Everything that was tried and is finished, in the order of the plan.</summary>
    /// <exception cref="RunException">No images were held out.</exception>
    public static IReadOnlyList<SweepChoice> Of(SweepResults results)
    {
        var table = SweepTable.Of(results, validation: true);
        SweepChoice[] all =
        [
            .. table
                .Rows.Where(r => r.Done == r.Planned && r.Accuracies[^1].Count > 0)
                .Select(row =>
                {
                    var settings = table
                        .Columns.Zip(row.Settings)
                        .Where(s => s.Second.Length > 0)
                        .ToImmutableSortedDictionary(s => s.First, s => s.Second);
                    return new SweepChoice(
                        settings.GetValueOrDefault(SweepRun.Case, ""),
                        settings.Remove(SweepRun.Case),
                        [.. row.Accuracies.Select(a => a.Mean)],
                        IsTaken: false
                    );
                }),
        ];
        var taken = all.GroupBy(c => c.Case)
            .Select(g => g.Last(c => c.Accuracies[^1] > g.Max(o => o.Accuracies[^1]) - Margin))
            .ToHashSet();
        return [.. all.Select(c => c with { IsTaken = taken.Contains(c) })];
    }
}
