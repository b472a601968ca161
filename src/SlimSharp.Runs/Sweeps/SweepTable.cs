using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>
/// The table of a sweep, computed from its results: a row per setting with means and standard deviations over seeds.
/// Stages follow one another in columns, so that a row shows a network trained, cut and retrained; there is one for
/// whatever no later stage starts from.
/// </summary>
public sealed partial class SweepTable
{
    private SweepTable(ImmutableArray<string> columns, ImmutableArray<SweepTableRow> rows) =>
        (Columns, Rows) = (columns, rows);

    /// <summary>The settings that tell rows apart.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The rows, in the order of the plan.</summary>
    public ImmutableArray<SweepTableRow> Rows { get; }

    /// <summary>Reads what is finished.</summary>
    /// <param name="collection">The results.</param>
    /// <param name="validation">Accuracy on held-out training images, to choose by, instead of test images.</param>
    /// <exception cref="RunException">Accuracy on held-out images is asked for, and was not measured.</exception>
    public static SweepTable Of(SweepResults collection, bool validation = false)
    {
        if (validation && collection.Results.Values.Any(r => r.Validation is null))
            throw new RunException(
                $"Of '{collection.Plan.Name}' some accuracies on validation images are not known; they are measured where images are held out (DataOptions.Validation)."
            );
        var (runs, stages) = (collection.Plan.Expand(), collection.Plan.Stages);
        var results = runs.Select(r => collection.Results.GetValueOrDefault(r.Number)).ToArray();
        var parents = runs.Select(r => r.Parent).ToHashSet();
        ImmutableArray<string> columns =
        [
            .. runs.SelectMany(r => r.Settings.Keys).Where(k => k != SweepRun.Seed).Distinct(),
        ];
        var rows = runs.Where(r => !parents.Contains(r.Number))
            .GroupBy(r => string.Join('\n', r.Values(columns)))
            .Select(group =>
            {
                var chains = group.Select(r => r.Chain(runs).Select(c => results[c.Number - 1]).ToArray()).ToArray();
                var whole = chains.Where(c => c.All(r => r is not null)).ToArray();
                return new SweepTableRow(
                    [.. group.First().Values(columns)],
                    [
                        .. stages.Select(
                            (_, i) =>
                                Spread.Of([
                                    .. whole
                                        .Where(c => i < c.Length)
                                        .Select(c => 100 * (validation ? c[i]!.Validation!.Value : c[i]!.Accuracy)),
                                ])
                        ),
                    ],
                    Spread.Of([.. whole.Select(c => 100.0 * c[^1]!.Parameters / c[0]!.Parameters)]),
                    Spread.Of([.. whole.Select(c => 100.0 * c[^1]!.Macs / c[0]!.Macs)]),
                    whole.Length,
                    group.Count(),
                    whole.Count(c => IsOverPruned(c[^1]!))
                )
                {
                    Warned = whole.Count(c => c.Any(r => r!.Warnings is { IsEmpty: false })),
                };
            })
            .ToImmutableArray();
        return new(columns, rows)
        {
            Stages = [.. stages.Select(s => s.Name)],
            Warnings = SweepWarning.Of(collection),
            Others = validation ? [] : [.. SweepMeasures.Of(collection)],
        };
    }

    /// <summary>The names of the stages.</summary>
    public ImmutableArray<string> Stages { get; private init; }

    /// <summary>What finished runs warned of, counted.</summary>
    public ImmutableArray<SweepWarning> Warnings { get; private init; } = [];

    private ImmutableArray<SweepMeasures> Others { get; init; } = [];

    /// <summary>Text, Markdown, CSV, LaTeX or JSON.</summary>
    public string Format(TableFormat format) =>
        format switch
        {
            TableFormat.Csv => Csv(),
            TableFormat.Json => Json(),
            TableFormat.Latex => Latex(Heads, Cells(format)) + Warned("% "),
            TableFormat.Markdown => Lines(Heads, Cells(format), "| ", " | ", " |", rule: true)
                + Legend(format)
                + string.Concat(
                    Others.Select(o =>
                        $"\nMeasured after {o.Stage}:\n\n"
                        + Lines([.. o.Heads], [.. o.Rows], "| ", " | ", " |", rule: true)
                    )
                )
                + Warned("* ", "\n"),
            _ => Aligned(Heads, Cells(format))
                + Legend(format)
                + string.Concat(
                    Others.Select(o => $"\nMeasured after {o.Stage}:\n" + Aligned([.. o.Heads], [.. o.Rows]))
                )
                + Warned("Warning: "),
        };

    /// <summary>The heads of the columns in words.</summary>
    internal string[] Heads =>
        [
            .. Columns,
            .. Stages.Select(s => $"{s}, accuracy %"),
            "parameters left %",
            "MACs left %",
            "n",
            .. HasWarnings ? (string[])["warned"] : [],
        ];

    /// <summary>The rows in words.</summary>
    internal string[][] Cells(TableFormat format)
    {
        var best = Best();
        return
        [
            .. Rows.Select(row =>
                (string[])
                    [
                        .. row.Settings,
                        .. row.Accuracies.Select((a, i) => Mark(a, i == Stages.Length - 1, row, best, format)),
                        row.Parameters.ToString("F1"),
                        row.Macs.ToString("F1"),
                        row.Done == row.Planned ? $"{row.Done}" : $"{row.Done} of {row.Planned}",
                        .. HasWarnings ? (string[])[$"{row.Warned} of {row.Done}"] : [],
                    ]
            ),
        ];
    }

    // A column of zeros says less than its absence.
    private bool HasWarnings => Rows.Any(r => r.Warned > 0);

    // A line for each kind of warning.
    private string Warned(string before, string between = "") =>
        Warnings.IsEmpty ? "" : between + string.Concat(Warnings.Select(w => $"{before}{w.WithExample}\n"));

    private SweepTableRow? Best() =>
        Rows.Where(r => r.Accuracies[^1].Count > 0 && r.OverPruned == 0).MaxBy(r => r.Accuracies[^1].Mean);

    // The best is bold; what does not differ from it beyond noise (Welch's t below 2) is marked, and so is what was cut
    // too far.
    private static string Mark(Spread accuracy, bool isLast, SweepTableRow row, SweepTableRow? best, TableFormat format)
    {
        var text = accuracy.ToString("F2");
        if (!isLast || best is null || accuracy.Count == 0)
            return text;
        if (row.OverPruned > 0)
            text += format == TableFormat.Latex ? "$^\\dagger$" : " †";
        else if (row == best)
            text = format switch
            {
                TableFormat.Markdown => $"**{text}**",
                TableFormat.Latex => $"\\textbf{{{text}}}",
                _ => text + " *",
            };
        else if (accuracy.IsWithinNoiseOf(best.Accuracies[^1]))
            text += format == TableFormat.Latex ? "$^\\sim$" : " ~";
        return text;
    }

    /// <summary>What the marks mean.</summary>
    internal static string Legend(TableFormat format) =>
        $"\n{(format == TableFormat.Markdown ? "bold" : "*")}: best; ~: within noise of it (Welch's t below 2); †: over-pruned, some run guesses. Mean ± standard deviation over n seeds.\n";

    private static bool IsOverPruned(SweepResult result) => result.Accuracy < 1.5 / Math.Max(result.Classes, 1);
}
