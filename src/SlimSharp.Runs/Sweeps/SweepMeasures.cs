using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>
/// What a stage of a sweep measured besides accuracy, by setting: mean ± standard deviation over seeds. Measures of
/// single nodes are left out.
/// </summary>
/// <param name="Stage">The stage.</param>
/// <param name="Heads">The settings, the measures, and how many seeds.</param>
/// <param name="Rows">A row per setting.</param>
internal sealed record SweepMeasures(string Stage, ImmutableArray<string> Heads, ImmutableArray<string[]> Rows)
{
    /// <summary>Of every stage that measured something else.</summary>
    internal static IEnumerable<SweepMeasures> Of(SweepResults results)
    {
        foreach (var stage in results.Plan.Expand().GroupBy(r => r.Stage))
        {
            (SweepRun Run, SweepResult Result)[] done =
            [
                .. stage.Where(r => results.Results.ContainsKey(r.Number)).Select(r => (r, results.Results[r.Number])),
            ];
            string[] all = [.. done.SelectMany(d => d.Result.Test.Keys).Distinct()];
            string[] measures = [.. all.Where(m => m != MeasureName.Accuracy && !all.Any(other => IsOfNode(m, other)))];
            if (measures.Length > 0)
                yield return Of(stage.Key, done, measures);
        }
    }

    private static SweepMeasures Of(string stage, (SweepRun Run, SweepResult Result)[] done, string[] measures)
    {
        string[] settings = [.. done.SelectMany(d => d.Run.Settings.Keys).Where(k => k != SweepRun.Seed).Distinct()];
        return new(
            stage,
            [.. settings, .. measures.Select(m => MeasureName.IsShare(m) ? $"{m} %" : m), "n"],
            [
                .. done.GroupBy(d => string.Join('\n', d.Run.Values(settings)))
                    .Select(g =>
                        (string[])
                            [
                                .. g.First().Run.Values(settings),
                                .. measures.Select(m => Words(m, g.Select(d => d.Result))),
                                $"{g.Count()}",
                            ]
                    ),
            ]
        );
    }

    private static string Words(string measure, IEnumerable<SweepResult> results)
    {
        var isShare = MeasureName.IsShare(measure);
        return Spread
            .Of([.. results.Where(r => r.Test.ContainsKey(measure)).Select(r => (isShare ? 100 : 1) * r.Test[measure])])
            .ToString(isShare ? "F2" : "F3");
    }

    private static bool IsOfNode(string measure, string other) =>
        other != MeasureName.Accuracy && measure.StartsWith(other + ' ', StringComparison.Ordinal);
}
