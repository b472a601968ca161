namespace SlimSharp.Runs;

/// <summary>
/// Two values of one setting, compared over the runs of a stage that share everything else, seed by seed.
/// </summary>
/// <param name="Stage">The stage.</param>
/// <param name="Settings">What these runs share beside the seed, in words; empty if there is nothing.</param>
/// <param name="Accuracy">Differences of accuracy in points: the first value's minus the second's.</param>
/// <param name="Parameters">Differences of parameters, as shares of the second's.</param>
/// <param name="Macs">Differences of multiply-adds, likewise.</param>
public sealed record SweepPairs(
    string Stage,
    string Settings,
    PairedDifference Accuracy,
    PairedDifference Parameters,
    PairedDifference Macs
)
{
    /// <summary>All comparisons of which at least two pairs are finished.</summary>
    /// <param name="collection">The results.</param>
    /// <param name="setting">The setting, as in penalty.</param>
    /// <param name="first">Its first value.</param>
    /// <param name="second">Its second value.</param>
    /// <exception cref="RunException">No run has that setting with that value.</exception>
    public static IReadOnlyList<SweepPairs> Of(SweepResults collection, string setting, string first, string second)
    {
        var runs = collection.Plan.Expand();
        foreach (var value in (string[])[first, second])
        {
            if (runs.All(r => r.Settings.GetValueOrDefault(setting) != value))
                throw new RunException(
                    $"No run of '{collection.Plan.Name}' has {setting} = {value}; there are {string.Join(", ", runs.SelectMany(r => r.Settings).Select(s => $"{s.Key} = {s.Value}").Distinct().Take(20))}."
                );
        }
        return
        [
            .. SweepRun
                .Pairs(runs, setting, first, second)
                .GroupBy(
                    p => (p.First.Stage, Shared: p.First.SettingsBut(setting, SweepRun.Seed)),
                    p =>
                        (
                            A: collection.Results.GetValueOrDefault(p.First.Number),
                            B: collection.Results.GetValueOrDefault(p.Second.Number)
                        )
                )
                .Select(g => (g.Key, Pairs: g.Where(p => p.A is not null && p.B is not null).ToArray()))
                .Where(g => g.Pairs.Length > 1)
                .Select(g => new SweepPairs(
                    g.Key.Stage,
                    g.Key.Shared,
                    PairedDifference.Of(
                        [.. g.Pairs.Select(p => 100 * p.A!.Accuracy)],
                        [.. g.Pairs.Select(p => 100 * p.B!.Accuracy)]
                    ),
                    Shares(g.Pairs, r => r.Parameters),
                    Shares(g.Pairs, r => r.Macs)
                )),
        ];
    }

    private static PairedDifference Shares((SweepResult? A, SweepResult? B)[] pairs, Func<SweepResult, long> cost) =>
        PairedDifference.Of([.. pairs.Select(p => (double)cost(p.A!) / cost(p.B!))], [.. pairs.Select(_ => 1.0)]);
}
