using System.Collections.Immutable;
using SlimSharp.Formats;
using SlimSharp.Latency;
using SlimSharp.Runs;

namespace SlimSharp.Experiments;

/// <summary>One page about some models: a summary, accuracy against cost, and a section for each.</summary>
public static class Report
{
    /// <summary>The page.</summary>
    /// <param name="entries">The models.</param>
    /// <param name="measuring">How the report measures them anew; null to show only what is there.</param>
    /// <param name="damage">Receives a sentence for every file that cannot be read, which the page says, too.</param>
    /// <param name="journal">Has the words for what the libraries name; null for the libraries' own.</param>
    /// <exception cref="ExperimentException">None of the models can be read.</exception>
    public static string Page(
        IReadOnlyList<ReportEntry> entries,
        ReportMeasuring? measuring = null,
        List<string>? damage = null,
        Journal? journal = null
    )
    {
        damage ??= [];
        journal ??= Journal.Silent;
        var sections = new List<ReportSection>();
        try
        {
            foreach (var entry in entries)
            {
                if (Load(entry, damage) is not { } file)
                    continue;
                var section = new ReportSection(entry, file, measuring?.Of(entry, file), journal);
                sections.Add(section);
                damage.AddRange(section.Damage.Except(damage));
            }
            if (sections.Count == 0)
                throw new ExperimentException(string.Join(' ', damage));
            var times = measuring?.Times([.. sections.Select(s => s.File)]);
            var page = new ReportPage(
                sections.Count == 1
                    ? $"{sections[0].File.Network.Name}: {sections[0].Entry.Name}"
                    : $"{sections.Count} networks"
            );
            Summary(page, sections, times, measuring);
            foreach (var sentence in damage)
                page.Text(journal.Named($"Warning: {sentence}"));
            foreach (var counted in Warnings(sections))
                page.Text(counted);
            foreach (var section in sections)
                section.AddTo(page, isAlone: sections.Count == 1);
            return page.ToString();
        }
        finally
        {
            foreach (var section in sections)
                section.File.Dispose();
        }
    }

    private static SlimFile? Load(ReportEntry entry, List<string> damage)
    {
        try
        {
            return SlimFile.Load(entry.File);
        }
        catch (SlimSharpException e)
        {
            damage.Add(e.Message);
            return null;
        }
    }

    private static void Summary(
        ReportPage page,
        List<ReportSection> sections,
        IReadOnlyList<Timing>? times,
        ReportMeasuring? measuring
    )
    {
        var whole = sections.Max(s => s.Cost.Macs);
        page.Table(
            "Summary",
            [
                "",
                "method",
                "seed",
                "accuracy",
                "images",
                "parameters",
                "MACs",
                .. times is null ? [] : (string[])["ms"],
            ],
            sections.Select(
                (s, i) =>
                    (IReadOnlyList<string>)
                        [
                            s.Entry.Name,
                            s.Method,
                            s.File.Provenance.GetValueOrDefault("seed", ""),
                            s.Accuracy is { } a ? Words.Percent(a, 2) : "–",
                            s.Split,
                            Words.Count(s.Cost.Parameters),
                            s.Cost.Macs == whole
                                ? Words.Count(whole)
                                : $"{Words.Count(s.Cost.Macs)} ({Words.Change(s.Cost.Macs, whole)})",
                            .. times is null ? [] : (string[])[Words.Number(times[i].Median, "F3")],
                        ]
            )
        );
        if (times is not null)
            page.Text(measuring!.TimeWords);
        if (sections.Count < 2)
            return;
        var known = sections
            .Select((s, i) => (Section: s, Place: i))
            .Where(s => s.Section.Accuracy is not null)
            .ToArray();
        (string, string) Against(string cost, Func<ReportSection, int, double> value)
        {
            ScatterDot[] dots =
            [
                .. known.Select(k => new ScatterDot(
                    k.Section.Entry.Name,
                    k.Section.Group,
                    value(k.Section, k.Place),
                    k.Section.Accuracy!.Value
                )),
            ];
            var far = dots.Length > 0 && dots.Min(d => d.X) > 0 && dots.Max(d => d.X) > 8 * dots.Min(d => d.X);
            return (
                $"Accuracy against {cost}",
                Charts.Scatter(
                    $"Accuracy against {cost}",
                    Axis.Over(char.ToUpperInvariant(cost[0]) + cost[1..], dots.Select(d => d.X), logarithmic: far),
                    Axis.Over("Accuracy", dots.Select(d => d.Y), percent: true),
                    dots
                )
            );
        }
        page.Pictures([
            Against("parameters", (s, _) => s.Cost.Parameters),
            Against("multiply-adds", (s, _) => s.Cost.Macs),
            .. times is null ? [] : ((string, string)[])[Against("milliseconds", (_, i) => times[i].Median)],
        ]);
        page.Text(
            "Dots carry their names where they are pointed at. The dashed line joins those that nothing smaller beats."
        );
    }

    // As in: 9 of 9 trainings: this λ cannot empty a scale. A network that was retrained still has the plan of its cut.
    private static IEnumerable<string> Warnings(List<ReportSection> sections)
    {
        (string What, IEnumerable<ImmutableArray<RunWarning>> Of)[] all =
        [
            ("trainings", sections.Where(s => s.IsTraining).Select(s => s.TrainingWarnings)),
            ("retrainings", sections.Where(s => s.IsRetraining).Select(s => s.TrainingWarnings)),
            (
                "cuts",
                sections
                    .Where(s => s.File.Plan is not null)
                    .DistinctBy(s => s.File.Plan!.ToJson())
                    .Select(s => ReportSection.CutWarnings(s.File))
            ),
        ];
        return from runs in all
            let known = runs.Of.ToArray()
            from kind in known.SelectMany(w => w.DistinctBy(x => x.Kind)).GroupBy(w => w.Kind)
            select $"Warning: {kind.Count()} of {known.Length} {runs.What}: {kind.First().Title}.";
    }
}
