using System.CommandLine;
using SlimSharp.Linear;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim logistic path: many strengths, with information criteria.</summary>
internal static class LogisticPathCommand
{
    private static readonly string[] Heads = ["beta", "features", "objective", "loss", "aic", "bic", "ebic"];

    internal static Command Create()
    {
        var command = new Command(
            "path",
            "Fit a path of strengths, from the one that selects nothing downwards, with information criteria; as a table, and with --out as a page with pictures."
        );
        var (arguments, path, common) = (new LogisticArguments(), new PathArguments(), new CommonOptions());
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "A folder for path.csv, path.svg and report.html.",
            HelpName = "DIR",
        };
        arguments.AddTo(command);
        path.AddTo(command);
        command.Add(output);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var data = arguments.Read(parsed, screen);
            using var signals = new StopSignals(); // until here there is nothing to end well
            var (_, problem, _) = arguments.Problem(parsed, data, screen);
            var betas = path.Betas(parsed, problem, screen);
            var progress = new ProgressLine(screen, "path");
            var done = 0;
            var solutions = LogisticPath.Solve(
                new CoordinateDescent(problem, arguments.Solver(parsed, signals.Token)),
                betas,
                _ => progress.Show(++done, betas.Length)
            );
            double[][] rows = [.. solutions.Select(s => Row(problem, s))];
            var best = Enumerable
                .Range(4, 3)
                .Select(c => Enumerable.Range(0, rows.Length).MinBy(i => rows[i][c]))
                .ToArray();
            LogisticOutput.Table(
                screen,
                $"{arguments.Penalty(parsed)}, {Words.Count(data.Features.Rows)} samples, {Words.Count(data.Names.Count)} features; * the least of a criterion:",
                Heads,
                [.. rows.Select((r, i) => Texts(r, i, best))],
                best
            );
            foreach (var solution in solutions)
                screen.Emit(LogisticFitCommand.ToJson(solution));
            foreach (var remark in solutions.Select(s => s.Remark).Where(r => r is not null).Distinct().Take(1))
                screen.Warn(remark!);
            if (parsed.GetValue(output) is { } folder)
            {
                var picture = LogisticOutput.PathPicture(solutions, data.Names, solutions[best[1]].Beta);
                RunFolder.Write(Path.Combine(folder, "path.csv"), LogisticOutput.Csv(Heads, rows));
                RunFolder.Write(Path.Combine(folder, "path.svg"), ChartStyle.Standalone(picture));
                RunFolder.Write(
                    Path.Combine(folder, "report.html"),
                    new ReportPage(arguments.Title(parsed))
                        .Text("Chosen, where marked, by Schwarz's criterion (BIC).")
                        .Pictures(
                            ("Weights along the path", picture),
                            ("Features selected", LogisticOutput.SelectedPicture(solutions, solutions[best[1]].Beta))
                        )
                        .Table("The path", Heads, rows.Select((r, i) => (IReadOnlyList<string>)Texts(r, i, best)))
                        .ToString()
                );
                screen.Say($"The path: {folder}/path.csv, path.svg, report.html");
            }
            return solutions.All(s => s.IsConverged) ? ExitCode.Done : ExitCode.Missed;
        });
        return command;
    }

    private static double[] Row(LogisticProblem problem, LogisticSolution s) =>
        [
            s.Beta,
            s.Selected,
            s.Objective,
            problem.Score([.. s.Weights], s.Intercept).Loss,
            InformationCriterion.Aic.Of(problem, s),
            InformationCriterion.Bic.Of(problem, s),
            InformationCriterion.Ebic.Of(problem, s),
        ];

    private static string[] Texts(double[] row, int index, int[] best) =>
        [.. row.Select((v, c) => Words.Number(v, c == 1 ? "F0" : "G5") + (c >= 4 && best[c - 4] == index ? " *" : ""))];
}
