using System.Collections.Immutable;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Runs;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>One page about some models: a summary, accuracy against cost, and a section for each.</summary>
internal static class Report
{
    /// <summary>The page.</summary>
    /// <param name="entries">The models.</param>
    /// <param name="measuring">How the report measures them anew; null to show only what is there.</param>
    internal static string Page(IReadOnlyList<ReportEntry> entries, ReportMeasuring? measuring)
    {
        var sections = new List<Section>();
        try
        {
            foreach (var entry in entries)
            {
                var file = SlimFile.Load(entry.File);
                sections.Add(new(entry, file, measuring?.Of(entry, file)));
            }
            var times = measuring?.Times([.. sections.Select(s => s.File)]);
            var page = new ReportPage(
                sections.Count == 1
                    ? $"{sections[0].File.Network.Name}: {sections[0].Entry.Name}"
                    : $"{sections.Count} networks"
            );
            Summary(page, sections, times, measuring);
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

    private static void Summary(
        ReportPage page,
        List<Section> sections,
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
        (string, string) Against(string cost, Func<Section, int, double> value)
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
    private static IEnumerable<string> Warnings(List<Section> sections)
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
                    .Select(s => Pruning.Warnings(s.File))
            ),
        ];
        return from runs in all
            let known = runs.Of.ToArray()
            from kind in known.SelectMany(w => w.DistinctBy(x => x.Kind)).GroupBy(w => w.Kind)
            select $"Warning: {kind.Count()} of {known.Length} {runs.What}: {kind.First().Title}.";
    }

    /// <summary>One model of the report.</summary>
    private sealed class Section(ReportEntry entry, SlimFile file, ModelMeasures? measures)
    {
        private readonly RunRecord? _record = entry.Folder is null ? null : RunRecord.Read(entry.Folder.Path);
        private readonly RunOptions? _options = entry.Folder is null ? null : RunOptions.Read(entry.Folder);

        internal ReportEntry Entry => entry;

        internal SlimFile File => file;

        internal NetworkCost Cost { get; } = NetworkCost.Of(file.Network);

        internal double? Accuracy => measures?.Accuracy ?? _record?.Accuracy ?? LastAccuracy;

        internal string Split => measures?.Split ?? (Accuracy is null ? "" : "validation");

        internal string Method => _options is null ? "cut" : RunWords.Method(_options);

        internal bool IsTraining => _options?.Command == "train";

        internal bool IsRetraining => _options is not null && !IsTraining;

        internal ImmutableArray<RunWarning> TrainingWarnings => _record?.Warnings ?? [];

        internal string Group =>
            _options is null ? "cut"
            : _options.Command == "train"
                ? $"trained, {_options.Penalty ?? _options.Method?.Kind.ToString() ?? "no penalty"}"
            : "retrained";

        private double? LastAccuracy => entry.History() is [.., var last] ? last.ValidationAccuracy : null;

        // Numbers, where a file has no names.
        private IReadOnlyList<string> Names(int classes) =>
            file.Classes.Count == classes ? file.Classes : [.. Enumerable.Range(0, classes).Select(c => $"{c}")];

        internal void AddTo(ReportPage page, bool isAlone)
        {
            if (!isAlone)
                page.Section(entry.Name);
            var history = entry.History();
            var scales = entry.Folder is null ? null : ScaleHistory.Read(entry.Folder);
            var threshold = entry.LaterPlan()?.Threshold;
            page.Pictures([
                .. RunPictures.Training(history, _options?.Lambda ?? 0),
                .. scales is null ? [] : RunPictures.AllScales(file, scales, threshold),
                .. measures?.Curve is { } curve ? RunPictures.Cliff(curve) : [],
                .. measures is null
                    ? []
                    : ((string, string)[])
                        [
                            (
                                $"Mistakes on {Words.Count(measures.Confusion.Sum(r => r.Sum()))} {measures.Split} images",
                                Charts.Confusion(
                                    "confusion matrix",
                                    Names(measures.Confusion.Length),
                                    measures.Confusion
                                )
                            ),
                        ],
                RunPictures.Graph(file),
            ]);
            if (measures?.Curve is { } cliff)
                page.Text(cliff.Advice);
            if (scales is not null && RunPictures.LayerScales(scales, threshold).ToArray() is { Length: > 0 } layers)
                page.Folded("Scales of single layers by epoch", layers);
            page.Facts("Facts", Facts(history));
            foreach (var warning in TrainingWarnings)
                page.Text($"Warning when it was {(IsTraining ? "trained" : "retrained")}: {warning.Text}");
            foreach (var warning in Pruning.Warnings(file))
                page.Text($"Warning when it was cut: {warning.Text}");
            if (_options is not null)
                page.Verbatim("Options", _options.ToJson());
        }

        private IEnumerable<(string, string)> Facts(IReadOnlyList<EpochMetrics> history)
        {
            yield return ("file", entry.File);
            yield return ("parameters", Words.Count(Cost.Parameters));
            yield return ("multiply-adds per image", Words.Count(Cost.Macs));
            if (history is [.., var last])
            {
                yield return ("epochs", $"{history.Count}");
                yield return ("scales near zero", Words.Percent(last.NearZero));
                yield return ("scales exactly zero", Words.Percent(last.Zero));
            }
            if (_record is not null)
            {
                yield return ("seconds of training", Words.Number(_record.Seconds, "F0"));
                yield return ("begun", $"{_record.Begun:u}");
                yield return ("command line", string.Join(' ', _record.Arguments));
                yield return ("machine", $"{_record.Machine}, {_record.Threads} threads");
                yield return ("versions", string.Join(", ", _record.Versions.Select(v => $"{v.Key} {v.Value}")));
            }
            if (file.Certificate is { } certificate)
                yield return (
                    "certificate of the cut",
                    $"structure {Words.Number(certificate.StructureDifference, "G2")}, function {Words.Number(certificate.FunctionDifference, "G2")} of the largest output (float64)"
                );
            if (file.Plan is { } plan)
                yield return ("cut from", $"{Words.Count(NetworkCost.Of(plan.Source).Parameters)} parameters");
            foreach (var (key, value) in file.Provenance.Where(p => p.Key is "seed" or "data"))
                yield return (key == "data" ? "training images (SHA-256)" : key, value);
            yield return ("weights (SHA-256)", file.Weights.Hash());
        }
    }
}
