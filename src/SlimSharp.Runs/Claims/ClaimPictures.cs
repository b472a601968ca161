using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>What the results of a sweep over penalties and ratios look like.</summary>
internal static class ClaimPictures
{
    /// <summary>Name, caption and SVG of each picture that there is something for.</summary>
    internal static IEnumerable<(string Name, string Caption, string Svg)> Of(SweepResults results)
    {
        var runs = results.Plan.Expand();
        string[] cases = [.. runs.Select(r => r.Settings.GetValueOrDefault(SweepRun.Case, "")).Distinct()];
        foreach (var stage in results.Plan.Stages.Skip(1))
        {
            var lines = Lines(results, runs, stage, cases);
            if (lines.Count == 0)
                continue;
            var caption = $"Accuracy after {stage.Name}, against the share of channels cut";
            yield return (
                stage.Name,
                caption + " (mean, and a standard deviation up and down)",
                Charts.Lines(
                    caption,
                    Axis.Over("channels cut", lines.SelectMany(l => l.X), percent: true),
                    Axis.Over("accuracy, %", lines.SelectMany(l => l.Y)),
                    lines,
                    dots: true
                )
            );
        }
        if (Dots(results, runs, cases) is { Count: > 0 } dots)
            yield return (
                "cost",
                "Accuracy at the end against parameters left",
                Charts.Scatter(
                    "Accuracy at the end against parameters left",
                    Axis.Over("parameters left", dots.Select(d => d.X), logarithmic: true, percent: true),
                    Axis.Over("accuracy, %", dots.Select(d => d.Y)),
                    dots
                )
            );
        if (Scales(results, runs, cases) is { Count: > 0 } ridges)
            yield return (
                "scales",
                "Where BatchNorm scales lie after training (what is smaller than 1e-6, and zero, stands at the left)",
                Charts.Ridges("BatchNorm scales after training", SweepResult.ScaleAxis with { Label = "|γ|" }, ridges)
            );
    }

    /// <summary>Name, caption and SVG of what cuts kept, against how far they went.</summary>
    internal static (string Name, string Caption, string Svg) Of(IReadOnlyList<CutDepth> depths) =>
        (
            "depth",
            "Accuracy kept through each cut, against the share of channels cut beyond scales below 0.01",
            Charts.Scatter(
                "Accuracy kept through each cut",
                Axis.Over("cut beyond scales below 0.01", depths.Select(d => d.Beyond), percent: true),
                Axis.Over("accuracy kept", depths.Select(d => d.Kept), percent: true),
                [.. depths.Select(d => new ScatterDot(d.Run, d.Case, d.Beyond, d.Kept))],
                hasFront: false
            )
        );

    /// <summary>
    /// False of controls: what tells a run apart beside case, ratio and seed is one, but for the first of its kind.
    /// </summary>
    internal static bool IsPlain(SweepPlan plan, SweepRun run) =>
        plan.Stages.Skip(1).All(s => !run.Settings.TryGetValue(s.Name, out var chosen) || chosen == s.Cases[0].Name);

    private static List<Series> Lines(
        SweepResults results,
        ImmutableArray<SweepRun> runs,
        SweepStage stage,
        string[] cases
    )
    {
        var lines = new List<Series>();
        foreach (var name in cases)
        {
            var points = runs.Where(r =>
                    r.Stage == stage.Name && r.Settings.GetValueOrDefault(SweepRun.Case, "") == name
                )
                .Where(r => IsPlain(results.Plan, r) && results.Results.ContainsKey(r.Number))
                .GroupBy(r => SweepRun.NumberOf(r.Settings, SweepRun.Ratio))
                .Where(g => g.Key is not null)
                .OrderBy(g => g.Key)
                .Select(g =>
                    (
                        Key: g.Key.GetValueOrDefault(),
                        Spread: Spread.Of([.. g.Select(r => 100 * results.Results[r.Number].Accuracy)])
                    )
                )
                .ToArray();
            if (points.Length > 0)
                lines.Add(
                    new(name, [.. points.Select(p => p.Key)], [.. points.Select(p => p.Spread.Mean)])
                    {
                        Deviations = [.. points.Select(p => p.Spread.Deviation)],
                    }
                );
        }
        return lines;
    }

    private static List<ScatterDot> Dots(SweepResults results, ImmutableArray<SweepRun> runs, string[] cases)
    {
        var dots = new List<ScatterDot>();
        foreach (var name in cases)
        {
            var groups = runs.Where(r => r.Stage == results.Plan.Stages[^1].Name)
                .Where(r => r.Settings.GetValueOrDefault(SweepRun.Case, "") == name && IsPlain(results.Plan, r))
                .Where(r => results.Results.ContainsKey(r.Number))
                .GroupBy(r => r.Settings.GetValueOrDefault(SweepRun.Ratio, ""));
            foreach (var group in groups)
                dots.Add(
                    new(
                        $"{name}, {group.Key}",
                        name,
                        group.Average(r => (double)results.Results[r.Number].Parameters / Whole(results, runs, r)),
                        group.Average(r => 100 * results.Results[r.Number].Accuracy)
                    )
                );
        }
        return [.. dots.Where(d => double.IsFinite(d.X))];
    }

    private static double Whole(SweepResults results, ImmutableArray<SweepRun> runs, SweepRun run) =>
        results.Results.TryGetValue(run.Chain(runs).First().Number, out var result) ? result.Parameters : double.NaN;

    private static List<(string, IReadOnlyList<double>)> Scales(
        SweepResults results,
        ImmutableArray<SweepRun> runs,
        string[] cases
    )
    {
        var rows = new List<(string, IReadOnlyList<double>)>();
        foreach (var name in cases)
        {
            ImmutableArray<int>[] counts =
            [
                .. runs.Where(r => r.Parent is null && r.Settings.GetValueOrDefault(SweepRun.Case, "") == name)
                    .Select(r => results.Results.GetValueOrDefault(r.Number)?.Scales ?? [])
                    .Where(s => !s.IsEmpty),
            ];
            if (counts.Length > 0)
                rows.Add((name, [.. Enumerable.Range(0, counts[0].Length).Select(i => counts.Average(c => c[i]))]));
        }
        return rows;
    }
}
