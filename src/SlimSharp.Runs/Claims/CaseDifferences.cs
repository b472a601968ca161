using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>
/// The accuracy of every case less that of one, seed by seed, as a table: a column per case, a row per stage and what
/// runs share.
/// </summary>
/// <param name="results">The results.</param>
/// <param name="reference">The case that the others are compared with.</param>
internal sealed class CaseDifferences(SweepResults results, string reference)
{
    private readonly (string Case, IReadOnlyList<SweepPairs> Pairs)[] _columns =
    [
        .. results
            .Plan.Stages[0]
            .Cases.Where(c => c.Name != reference)
            .Select(c => (c.Name, SweepPairs.Of(results, SweepRun.Case, c.Name, reference))),
    ];

    /// <summary>The heads of the columns.</summary>
    internal IEnumerable<string> Heads => ["after", "", .. _columns.Select(c => c.Case)];

    /// <summary>
    /// Mean difference in points and half of its 95 % interval; empty where fewer than two seeds are finished.
    /// </summary>
    internal IEnumerable<string[]> Rows =>
        _columns
            .SelectMany(c => c.Pairs)
            .Select(p => (p.Stage, p.Settings))
            .Distinct()
            .Select(at =>
                (string[])
                    [
                        at.Stage,
                        at.Settings,
                        .. _columns.Select(c => Words(c.Pairs.FirstOrDefault(p => (p.Stage, p.Settings) == at))),
                    ]
            );

    /// <summary>
    /// What the table has where an interval would say nothing, as a part of a sentence; empty if that is nowhere.
    /// </summary>
    internal string Note =>
        _columns.SelectMany(c => c.Pairs).Select(p => p.Accuracy.PairsNeeded()).Max() is { } needed
            ? $", where there are the {needed} pairs that it takes"
            : "";

    private static string Words(SweepPairs? pairs)
    {
        if (pairs is null)
            return "";
        if (pairs.Accuracy.PairsNeeded() is not null)
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{pairs.Accuracy.Spread.Mean:+0.0;−0.0;0.0} (of {pairs.Accuracy.Spread.Count} pairs)"
            );
        var (low, high) = pairs.Accuracy.Interval();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{pairs.Accuracy.Spread.Mean:+0.0;−0.0;0.0} ± {(high - low) / 2:F1}"
        );
    }
}
