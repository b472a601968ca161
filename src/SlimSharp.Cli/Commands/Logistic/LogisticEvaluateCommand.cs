using System.CommandLine;
using SlimSharp.Linear;

namespace SlimSharp.Cli;

/// <summary>slim logistic evaluate: how well a model predicts samples whose classes are known.</summary>
internal static class LogisticEvaluateCommand
{
    internal static Command Create()
    {
        var command = new Command("evaluate", "Measure a model on samples whose classes are known.");
        var (model, arguments, common) = (LogisticPredictCommand.Model(), new LogisticArguments(), new CommonOptions());
        command.Add(model);
        arguments.AddReadingTo(command);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            var fitted = LogisticModel.Read(parsed.GetValue(model)!);
            var data = arguments.Read(parsed, screen, fitted);
            if (data.Labels.Length == 0)
                throw new UsageException(
                    $"'{parsed.GetValue(arguments.Data)}' has no labels to compare with; name their column with --label."
                );
            var score = LogisticScore.Of(fitted.Predict(data), data.Labels);
            screen.Say(
                $"{Words.Count(data.Labels.Length)} samples: accuracy {Words.Percent(score.Accuracy, 2)}, loss {Words.Number(score.Loss, "F4")}, area under the curve {Words.Number(score.Area, "F4")}; {Words.Count(fitted.Weights.Length)} features."
            );
            screen.Table(
                null,
                ["", $"taken for {fitted.Minus}", $"for {fitted.Plus}"],
                [
                    [fitted.Minus, Words.Count(score.TrueMinus), Words.Count(score.FalsePlus)],
                    [fitted.Plus, Words.Count(score.FalseMinus), Words.Count(score.TruePlus)],
                ]
            );
            screen.Emit(
                new()
                {
                    ["samples"] = data.Labels.Length,
                    ["accuracy"] = score.Accuracy,
                    ["loss"] = score.Loss,
                    ["area"] = double.IsNaN(score.Area) ? null : score.Area,
                    ["features"] = fitted.Weights.Length,
                }
            );
            return ExitCode.Done;
        });
        return command;
    }
}
