using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>How far a cut went beyond scales that were next to zero, and what it left of the accuracy.</summary>
/// <param name="Case">The case.</param>
/// <param name="Run">The run, in words.</param>
/// <param name="Ratio">The share of channels that was cut.</param>
/// <param name="Below">The share of scales below <see cref="Small"/> before.</param>
/// <param name="Kept">Accuracy after the cut as a share of that before.</param>
internal sealed record CutDepth(string Case, string Run, double Ratio, double Below, double Kept)
{
    /// <summary>
    /// What is smaller counts as next to zero; between two parts of the axis on which scales are counted.
    /// </summary>
    private const double Small = 0.01;

    /// <summary>Negative where more scales were small than channels were cut.</summary>
    internal double Beyond => Ratio - Below;

    /// <summary>The plain cuts by a ratio whose trainings counted their scales.</summary>
    internal static IReadOnlyList<CutDepth> Of(SweepResults results)
    {
        var (runs, depths) = (results.Plan.Expand(), new List<CutDepth>());
        foreach (var run in runs.Where(r => r.Command == "prune" && ClaimPictures.IsPlain(results.Plan, r)))
        {
            if (
                SweepRun.NumberOf(run.Options, SweepRun.Ratio) is not { } ratio
                || results.Results.GetValueOrDefault(run.Number) is not { } cut
                || results.Results.GetValueOrDefault(run.Parent ?? 0) is not { Scales.IsEmpty: false } trained
            )
                continue;
            var below = (int)Math.Round(trained.Scales.Length * SweepResult.ScaleAxis.At(Small));
            depths.Add(
                new(
                    run.Settings.GetValueOrDefault(SweepRun.Case, ""),
                    run.SettingsBut(),
                    ratio,
                    trained.Scales.Take(below).Sum() / (double)trained.Scales.Sum(),
                    cut.Accuracy / trained.Accuracy
                )
            );
        }
        return depths;
    }

    /// <summary>Rows of a table, one for every cut.</summary>
    internal static IEnumerable<string[]> Each(IReadOnlyList<CutDepth> depths) =>
        depths.Select(d => (string[])[d.Run, Percent(d.Below), Percent(d.Ratio), Percent(d.Kept)]);

    /// <summary>Rows of a table: how far beyond, how many cuts, what they kept in the median and at worst.</summary>
    internal static IEnumerable<string[]> Rows(IReadOnlyList<CutDepth> depths)
    {
        (string Words, double From, double To)[] bands =
        [
            ("no further", double.NegativeInfinity, 0),
            ("up to 10 % of all channels further", 0, 0.1),
            ("10 to 20 % further", 0.1, 0.2),
            ("more than 20 % further", 0.2, double.PositiveInfinity),
        ];
        foreach (var (words, from, to) in bands)
        {
            double[] kept = [.. depths.Where(d => d.Beyond > from && d.Beyond <= to).Select(d => d.Kept).Order()];
            yield return kept.Length == 0
                ? [words, "0", "", ""]
                :
                [
                    words,
                    $"{kept.Length}",
                    Percent((kept[(kept.Length - 1) / 2] + kept[kept.Length / 2]) / 2),
                    Percent(kept[0]),
                ];
        }
    }

    private static string Percent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + " %";
}
