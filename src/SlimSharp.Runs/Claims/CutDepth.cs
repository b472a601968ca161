using System.Globalization;

namespace SlimSharp.Runs;

/// <summary>How far a cut went beyond scales that were next to zero, and what it left of the accuracy.</summary>
/// <param name="Case">The case.</param>
/// <param name="Run">The run, in words.</param>
/// <param name="Beyond">The share of channels cut minus the share of scales below <see cref="Small"/>; negative where more were so small than were cut.</param>
/// <param name="Kept">Accuracy after the cut as a share of that before.</param>
internal sealed record CutDepth(string Case, string Run, double Beyond, double Kept)
{
    /// <summary>What is smaller counts as next to zero.</summary>
    internal const double Small = 0.01;

    private const int BinsBelow = 24; // six to a decade, from 1e-6 on

    /// <summary>The plain cuts by a ratio whose trainings counted their scales.</summary>
    internal static IReadOnlyList<CutDepth> Of(SweepResults results)
    {
        var (runs, depths) = (results.Plan.Expand(), new List<CutDepth>());
        foreach (var run in runs.Where(r => r.Command == "prune" && ClaimPictures.IsPlain(results.Plan, r)))
        {
            if (
                !run.Options.TryGetValue("ratio", out var ratio)
                || results.Results.GetValueOrDefault(run.Number) is not { } cut
                || results.Results.GetValueOrDefault(run.Parent ?? 0) is not { Scales.IsEmpty: false } trained
            )
                continue;
            var below = trained.Scales.Take(BinsBelow).Sum() / (double)trained.Scales.Sum();
            depths.Add(
                new(
                    run.Settings.GetValueOrDefault(SweepRun.Case, ""),
                    run.SettingsBut(),
                    double.Parse(ratio, CultureInfo.InvariantCulture) - below,
                    cut.Accuracy / trained.Accuracy
                )
            );
        }
        return depths;
    }

    /// <summary>Rows of a table: how far beyond, how many cuts, what they kept in the median and at worst.</summary>
    internal static IEnumerable<string[]> Rows(IReadOnlyList<CutDepth> depths)
    {
        static string Percent(double share) => (100 * share).ToString("F0", CultureInfo.InvariantCulture) + " %";
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
                : [words, $"{kept.Length}", Percent(kept[kept.Length / 2]), Percent(kept[0])];
        }
    }
}
