using System.Globalization;
using System.Text;
using SlimSharp.Linear;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Paths and models as tables, files and pictures.</summary>
internal static class LogisticOutput
{
    private const int MostRows = 20;
    private const int MostLines = 12;

    /// <summary>What was found, in a few lines.</summary>
    internal static void Say(
        Screen screen,
        LinearData data,
        string penalty,
        LogisticSolution solution,
        double[]? factors
    )
    {
        screen.Say(
            $"{penalty}, β = {Words.Number(solution.Beta)}: {Words.Count(solution.Selected)} of {Words.Count(data.Names.Count)} features, objective {Words.Number(solution.Objective, "G8")}, "
                + $"stationarity residual {Words.Number(solution.Residual, "G2")} after {Words.Count(solution.Iterations)} passes."
        );
        if (solution.Remark is { } remark)
            screen.Warn(remark);
        var weights = factors is null ? [.. solution.Weights] : Standardization.Undo(solution.Weights, factors);
        var strongest = Enumerable
            .Range(0, weights.Length)
            .Where(j => weights[j] != 0)
            .OrderByDescending(j => Math.Abs(solution.Weights[j]))
            .Take(MostRows);
        screen.Table(
            solution.Selected > MostRows ? $"The {MostRows} strongest:" : "Weights:",
            ["feature", "weight", "per deviation"],
            strongest.Select(j =>
                (IReadOnlyList<string>)
                    [data.Names[j], Words.Number(weights[j]), factors is null ? "" : Words.Number(solution.Weights[j])]
            )
        );
    }

    /// <summary>The path as a table, no longer than a screen.</summary>
    internal static void Table(
        Screen screen,
        string title,
        string[] heads,
        IReadOnlyList<string[]> rows,
        params int[] always
    )
    {
        var every = Math.Max((int)Math.Ceiling(rows.Count / (double)MostRows), 1);
        screen.Table(title, heads, rows.Where((_, i) => i % every == 0 || i == rows.Count - 1 || always.Contains(i)));
    }

    /// <summary>All of a path for other programs.</summary>
    internal static string Csv(IEnumerable<string> heads, IEnumerable<IEnumerable<double>> rows)
    {
        var text = new StringBuilder();
        text.AppendLine(string.Join(',', heads));
        foreach (var row in rows)
            text.AppendLine(string.Join(',', row.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
        return text.ToString();
    }

    /// <summary>Weights along the path; the strongest ones by name.</summary>
    internal static string PathPicture(
        IReadOnlyList<LogisticSolution> path,
        IReadOnlyList<string> names,
        double? chosen
    )
    {
        int[] strongest =
        [
            .. Enumerable
                .Range(0, names.Count)
                .Select(j => (j, Most: path.Max(s => Math.Abs(s.Weights[j]))))
                .Where(p => p.Most > 0)
                .OrderByDescending(p => p.Most)
                .Take(MostLines)
                .Select(p => p.j),
        ];
        var x = Betas(path.Select(s => s.Beta));
        Series[] lines =
        [
            .. strongest.Select(j => new Series(
                names[j],
                [.. path.Select(s => s.Beta)],
                [.. path.Select(s => s.Weights[j])]
            )),
        ];
        return Charts.Lines(
            "Weights along the path",
            x,
            Axis.Over("weight per deviation", lines.SelectMany(l => l.Y)),
            lines,
            uprights: chosen is { } beta ? [(beta, "chosen")] : []
        );
    }

    /// <summary>How many features are selected along the path.</summary>
    internal static string SelectedPicture(IReadOnlyList<LogisticSolution> path, double? chosen) =>
        Charts.Lines(
            "Features selected along the path",
            Betas(path.Select(s => s.Beta)),
            Axis.Over("features selected", path.Select(s => (double)s.Selected)),
            [new("features", [.. path.Select(s => s.Beta)], [.. path.Select(s => (double)s.Selected)])],
            uprights: chosen is { } beta ? [(beta, "chosen")] : []
        );

    /// <summary>A curve of cross-validation, with a standard error up and down.</summary>
    internal static string CurvePicture(
        CrossValidation validation,
        string what,
        Func<CrossValidationPoint, double> value,
        Func<CrossValidationPoint, double> error,
        double chosen
    )
    {
        var points = validation.Points;
        return Charts.Lines(
            what,
            Betas(points.Select(p => p.Beta)),
            Axis.Over(what, points.SelectMany(p => new[] { value(p) - error(p), value(p) + error(p) })),
            [
                new(what, [.. points.Select(p => p.Beta)], [.. points.Select(value)])
                {
                    Deviations = [.. points.Select(error)],
                },
            ],
            dots: true,
            uprights: [(chosen, "chosen")]
        );
    }

    private static Axis Betas(IEnumerable<double> betas) => Axis.Over("β", betas, logarithmic: true);
}
