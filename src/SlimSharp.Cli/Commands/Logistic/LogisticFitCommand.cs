using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Linear;

namespace SlimSharp.Cli;

/// <summary>slim logistic fit: one strength of the penalty.</summary>
internal static class LogisticFitCommand
{
    internal static Command Create()
    {
        var command = new Command("fit", "Fit weights at one strength of the penalty.");
        var (arguments, common) = (new LogisticArguments(), new CommonOptions());
        var beta = new Option<double?>("--beta") { Description = "β, the strength of the penalty.", HelpName = "β" };
        var share = new Option<double?>("--share")
        {
            Description = "The same as a share of the least β that selects nothing, as in 0.1.",
            HelpName = "SHARE",
        };
        var solver = Choices.Choice(
            "--solver",
            "descent: coordinate descent on a working set; shrinkage: iterative (firm) shrinkage; accelerated: the same with extrapolated steps.",
            "descent",
            "shrinkage",
            "accelerated"
        );
        var output = new OutputOption("--out")
        {
            Description = "The file to write the model to, as JSON.",
            HelpName = "FILE",
        };
        arguments.AddTo(command);
        foreach (var option in (Option[])[beta, share, solver, output, common.Json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            if ((parsed.GetValue(beta) is null) == (parsed.GetValue(share) is null))
                throw new UsageException(
                    "Give --beta, or --share of the least that selects nothing, such as --share 0.1; or let 'slim logistic cv' choose."
                );
            var data = arguments.Read(parsed, screen);
            using var signals = new StopSignals(); // until here there is nothing to end well
            var (_, problem, factors) = arguments.Problem(parsed, data, screen);
            var strength =
                parsed.GetValue(beta) ?? parsed.GetValue(share)!.Value * (problem.LargestBeta ?? problem.NullGradient);
            var options = arguments.Solver(parsed, signals.Token);
            LogisticSolver chosen =
                parsed.GetValue(solver) == "descent"
                    ? new CoordinateDescent(problem, options)
                    : new IterativeShrinkage(problem, options)
                    {
                        IsAccelerated = parsed.GetValue(solver) == "accelerated",
                    };
            var solution = LogisticArguments.Checked(() => chosen.Solve(strength));
            LogisticOutput.Say(screen, data, arguments.Penalty(parsed), solution, factors);
            if (problem.LargestBeta is { } largest && strength >= largest)
                screen.Say($"From β = {Words.Number(largest)} on nothing is selected.");
            screen.Emit(ToJson(solution));
            if (parsed.GetValue(output) is { } file)
            {
                LogisticModel.Of(data, problem, solution, factors).Write(file);
                screen.Say($"The model: {file}");
            }
            return solution.IsConverged ? ExitCode.Done : ExitCode.Missed;
        });
        return command;
    }

    internal static JsonObject ToJson(LogisticSolution solution) =>
        new()
        {
            ["beta"] = solution.Beta,
            ["selected"] = solution.Selected,
            ["objective"] = solution.Objective,
            ["residual"] = solution.Residual,
            ["iterations"] = solution.Iterations,
            ["converged"] = solution.IsConverged,
            ["remark"] = solution.Remark,
        };
}
