using System.CommandLine;
using SlimSharp.Linear;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim logistic cv: the strength chosen by cross-validation.</summary>
internal static class LogisticCvCommand
{
    private static readonly string[] Heads =
    [
        "beta",
        "features",
        "loss",
        "loss error",
        "error rate",
        "error rate error",
    ];

    internal static Command Create()
    {
        var command = new Command(
            "cv",
            "Choose the strength by cross-validation and fit with it; features are standardised anew in every fold. With --out a folder with the model and a page with curves."
        );
        var (arguments, path, common) = (new LogisticArguments(), new PathArguments(), new CommonOptions());
        var folds = new Option<int>("--folds")
        {
            Description = "Parts, each of which is predicted once from the others.",
            DefaultValueFactory = _ => 10,
            HelpName = "K",
        };
        var seed = new Option<int>("--seed") { Description = "What the parts are a function of.", HelpName = "N" };
        var rule = Choices.Choice(
            "--rule",
            "best: the least loss; 1se: the strongest penalty within a standard error of it.",
            "best",
            "1se"
        );
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "A folder for model.json, cv.csv, path.svg and report.html.",
            HelpName = "DIR",
        };
        arguments.AddTo(command);
        path.AddTo(command);
        foreach (var option in (Option[])[folds, seed, rule, output, common.Json, common.Threads])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var data = arguments.Read(parsed, screen);
            using var signals = new StopSignals(); // until here there is nothing to end well
            var (raw, problem, factors) = arguments.Problem(parsed, data, screen);
            var betas = path.Betas(parsed, problem, screen);
            var solver = arguments.Solver(parsed, signals.Token);
            var progress = new ProgressLine(screen, "cross-validation");
            var validation = LogisticArguments.Checked(() =>
                CrossValidation.Run(
                    raw,
                    betas,
                    new()
                    {
                        Folds = parsed.GetValue(folds),
                        Seed = parsed.GetValue(seed),
                        Standardizes = arguments.Standardizes(parsed),
                        Threads = parsed.GetValue(common.Threads),
                        Solver = solver,
                        Progress = (done, all) =>
                        {
                            lock (progress)
                                progress.Show(done, all);
                        },
                    }
                )
            );
            var chosen = parsed.GetValue(rule) == "best" ? validation.Best : validation.OneStandardError;
            var folder = parsed.GetValue(output);
            // The rest of the path is for the page alone.
            var solutions = LogisticPath.Solve(
                new CoordinateDescent(problem, solver),
                folder is null ? betas[..(chosen + 1)] : betas
            );
            double[][] rows =
            [
                .. validation.Points.Select(p =>
                    (double[])[p.Beta, p.Selected, p.Loss, p.LossError, p.ErrorRate, p.ErrorRateError]
                ),
            ];
            LogisticOutput.Table(
                screen,
                $"{arguments.Penalty(parsed)}, {Words.Count(data.Features.Rows)} samples, {Words.Count(data.Names.Count)} features, {parsed.GetValue(folds)} folds:",
                ["β", "features", "loss", "error rate", ""],
                [.. validation.Points.Select((p, i) => Texts(p, i, validation, chosen))],
                chosen,
                validation.Best,
                validation.OneStandardError
            );
            var solution = solutions[chosen];
            LogisticOutput.Say(screen, data, arguments.Penalty(parsed), solution, factors);
            if (validation.Best == betas.Length - 1)
                screen.Say("The loss is least at the end of the path; with a smaller --least it may still fall.");
            var json = LogisticFitCommand.ToJson(solution);
            (json["loss"], json["errorRate"]) = (validation.Points[chosen].Loss, validation.Points[chosen].ErrorRate);
            screen.Emit(json);
            if (folder is not null)
            {
                LogisticModel.Of(data, problem, solution, factors).Write(Path.Combine(folder, "model.json"));
                var picture = LogisticOutput.PathPicture(solutions, data.Names, solution.Beta);
                RunFolder.Write(Path.Combine(folder, "cv.csv"), LogisticOutput.Csv(Heads, rows));
                RunFolder.Write(Path.Combine(folder, "path.svg"), ChartStyle.Standalone(picture));
                RunFolder.Write(
                    Path.Combine(folder, "report.html"),
                    Page(arguments.Title(parsed), validation, chosen, solutions, picture)
                );
                screen.Say($"The model, and the page: {folder}/model.json, report.html, cv.csv, path.svg");
            }
            return solution.IsConverged ? ExitCode.Done : ExitCode.Missed;
        });
        return command;
    }

    private static string Page(
        string title,
        CrossValidation validation,
        int chosen,
        IReadOnlyList<LogisticSolution> path,
        string picture
    )
    {
        var beta = validation.Points[chosen].Beta;
        return new ReportPage(title)
            .Pictures(
                (
                    "Loss of what was not trained on",
                    LogisticOutput.CurvePicture(validation, "logistic loss", p => p.Loss, p => p.LossError, beta)
                ),
                (
                    "Errors",
                    LogisticOutput.CurvePicture(
                        validation,
                        "error rate, %",
                        p => 100 * p.ErrorRate,
                        p => 100 * p.ErrorRateError,
                        beta
                    )
                ),
                ("Weights along the path", picture),
                ("Features selected", LogisticOutput.SelectedPicture(path, beta))
            )
            .Table(
                "Cross-validation",
                ["β", "features", "loss", "error rate", ""],
                validation.Points.Select((p, i) => (IReadOnlyList<string>)Texts(p, i, validation, chosen))
            )
            .ToString();
    }

    private static string[] Texts(CrossValidationPoint p, int index, CrossValidation validation, int chosen)
    {
        string[] marks =
        [
            .. index == validation.Best ? ["least loss"] : Array.Empty<string>(),
            .. index == validation.OneStandardError ? ["one standard error"] : Array.Empty<string>(),
            .. index == chosen ? ["chosen"] : Array.Empty<string>(),
        ];
        return
        [
            Words.Number(p.Beta),
            Words.Number(p.Selected, "F1"),
            $"{Words.Number(p.Loss, "F4")} ± {Words.Number(p.LossError, "F4")}",
            $"{Words.Percent(p.ErrorRate, 2)} ± {Words.Number(100 * p.ErrorRateError, "F2")}",
            string.Join(", ", marks),
        ];
    }
}
