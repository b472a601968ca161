using System.CommandLine;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>slim evaluate: loss and accuracy of a file.</summary>
internal static class EvaluateCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "evaluate",
            "Measure a network on images, by default the test images of the data it was trained on."
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var split = Choices.Choice("--split", "Which images.", "test", "validation", "train");
        var (data, common) = (new DataArguments(), new CommonOptions());
        command.Add(input);
        command.Add(split);
        data.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var device = common.Prepare(parsed);
            var screen = common.Screen(parsed);
            using var file = Files.Load(parsed.GetValue(input)!);
            var options = data.Get(parsed, file.Data);
            var sets = DataSource.Read(options);
            var set =
                parsed.GetValue(split) switch
                {
                    "train" => sets.Train,
                    "validation" => sets.Validation,
                    _ => sets.Test,
                } ?? throw new DataException($"In '{options.Path}' there are no {parsed.GetValue(split)} images.");
            using var weights = file.Weights.Copy(torch.float32, device);
            using var model = new Model(file.Network, weights.Copy());
            var score = Evaluation.Of(model, set, file.Normalization ?? Normalization.Of(set));
            var cost = NetworkCost.Of(file.Network);
            screen.Say(
                $"{file.Network.Name} on {score.Count} {parsed.GetValue(split)} images: accuracy {Words.Percent(score.Accuracy, 2)}, loss {Words.Number(score.Loss, "F4")}; "
                    + $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs"
            );
            screen.Emit(
                new()
                {
                    ["images"] = score.Count,
                    ["accuracy"] = score.Accuracy,
                    ["loss"] = score.Loss,
                    ["parameters"] = cost.Parameters,
                    ["macs"] = cost.Macs,
                    ["classes"] = set.Classes.Length,
                }
            );
            return ExitCode.Done;
        });
        return command;
    }
}
