using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Cli;

/// <summary>slim evaluate: loss and accuracy of a file.</summary>
internal static class EvaluateCommand
{
    private const string Test = "test";
    private const string Validation = "validation";
    private const string All = "all";

    internal static Command Create()
    {
        var groups = new GroupArguments();
        var command = new CheckedCommand(
            "evaluate",
            "Measure a network on images, by default the test images of the data it was trained on.",
            groups.Check
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var split = Choices.Choice(
            "--split",
            "Which images; all: of test, and of validation where some are held out.",
            Test,
            Validation,
            "train",
            All
        );
        var sparsity = new Option<bool>("--sparsity")
        {
            Description =
                "Show how many weights and filters are small beside their layer's largest, and measure accuracy without them, too.",
        };
        var orthogonality = new Option<bool>("--orthogonality")
        {
            Description = "Measure how orthogonal the filters of every layer are, too.",
        };
        var (data, normalization, common) = (new DataArguments(), new NormalizationArguments(), new CommonOptions());
        command.Add(input);
        command.Add(split);
        command.Add(sparsity);
        command.Add(orthogonality);
        groups.AddTo(command);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            groups.Check(parsed);
            var device = common.Prepare(parsed);
            var screen = common.Screen(parsed);
            var path = ModelFile.Trained(parsed.GetValue(input)!);
            using var source = SlimFile.Load(path);
            var file = normalization.Needed(parsed, source, path);
            var options = data.Get(parsed, file.Data);
            var sets = ImageSets.For(
                screen,
                file,
                options with
                {
                    Parts = Parts(parsed.GetValue(split)!, groups.IsAsked(parsed)),
                }
            );
            using var weights = file.Weights.Copy(torch.float32, device);
            using var model = new Model(file.Network, weights.Copy());
            var cost = NetworkCost.Of(file.Network);
            var small = parsed.GetValue(sparsity) ? SparsityView.Show(screen, file) : null;
            KeyValuePair<string, double>[] ofAll =
            [
                .. parsed.GetValue(orthogonality) ? OrthogonalityView.Show(screen, file) : [],
                .. groups.Show(parsed, screen, path, file, sets) is { } trials
                    ? [KeyValuePair.Create(GroupArguments.Measure, trials.Mean())]
                    : Array.Empty<KeyValuePair<string, double>>(),
            ];
            foreach (var (name, set) in Chosen(parsed.GetValue(split)!, sets, options.Path))
            {
                if (name != "train")
                    ImageSets.WarnOfSeen(screen, file, options, set, name);
                var score = Evaluation.Of(model, set, file.Normalization!);
                screen.Say(
                    $"{file.Network.Name} on {score.Count} {name} images: {Measures(score)}, loss {Words.Number(score.Loss, "F4")}; "
                        + $"{Words.Count(cost.Parameters)} parameters, {Words.Count(cost.Macs)} MACs"
                );
                screen.Emit(
                    new()
                    {
                        ["split"] = name,
                        ["images"] = score.Count,
                        ["accuracy"] = score.Accuracy,
                        ["loss"] = score.Loss,
                        ["measures"] = new JsonObject(
                            score
                                .Measures.Concat(small is null ? [] : SparsityView.Measure(screen, file, small, set))
                                .Concat(ofAll)
                                .Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value))
                        ),
                        ["parameters"] = cost.Parameters,
                        ["macs"] = cost.Macs,
                        ["classes"] = set.Classes.Length,
                    }
                );
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static string Measures(Score score) =>
        string.Join(
            ", ",
            score.Measures.Select(m => $"{m.Key} {Words.Measured(NamedMeasure.ByName(m.Key), m.Value, 2)}")
        );

    // Pictures of other parts are not decoded.
    private static DataParts Parts(string split, bool ofGroups) =>
        ofGroups
            ? DataParts.All
            : split switch
            {
                Test => DataParts.Test,
                Validation => DataParts.Validation,
                All => DataParts.Test | DataParts.Validation,
                _ => DataParts.Train,
            };

    private static IEnumerable<(string Name, ImageSet Set)> Chosen(string split, TrainAndTest sets, string path)
    {
        (string Name, ImageSet? Set)[] all = [("train", sets.Train), (Validation, sets.Validation), (Test, sets.Test)];
        if (split == All && sets.Test is not null)
            return [.. all[1..].Where(s => s.Set is not null).Select(s => (s.Name, s.Set!))];
        var name = split == All ? Test : split;
        var set = all.First(s => s.Name == name).Set;
        return set is null ? throw new DataException($"In '{path}' there are no {name} images.") : [(name, set)];
    }
}
