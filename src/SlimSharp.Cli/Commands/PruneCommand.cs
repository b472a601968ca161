using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Cli;

/// <summary>slim prune: plans, shows the plan, cuts, certifies.</summary>
internal static class PruneCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "prune",
            "Cut the channels with the smallest scales out of a trained network, and certify the cut."
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var ratio = new Option<double?>("--ratio")
        {
            Description = "Share of all scales to cut, by the published strict rule.",
            HelpName = "SHARE",
        };
        var macs = new Option<double?>("--macs")
        {
            Description = "Cut until at most this share of multiply-adds is left.",
            HelpName = "SHARE",
        };
        var parameters = new Option<double?>("--params")
        {
            Description = "Cut until at most this share of parameters is left.",
            HelpName = "SHARE",
        };
        var zeros = new Option<bool>("--zeros")
        {
            Description =
                "Cut exactly what contributes nothing: channels of zero scale or zero weight in all readers, and branches that are constant.",
        };
        var emptyBlocks = new Option<bool>("--empty-blocks")
        {
            Description =
                "Let whole blocks go whose inner layer has nothing above the threshold, instead of keeping a channel.",
        };
        var dropShifts = new Option<bool>("--drop-shifts")
        {
            Description = "Drop the constants that such blocks add, too; what that costs is reported.",
        };
        var perLayer = new Option<bool>("--per-layer") { Description = "Apply the ratio within each layer." };
        var least = new Option<int>("--min-channels")
        {
            Description = "Channels that stay in every layer at least.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var round = new Option<int>("--round-to")
        {
            Description = "Round widths up to a multiple.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var keep = new Option<string[]>("--keep")
        {
            Description = "Layers not to cut: names, or beginnings followed by *.",
            HelpName = "LAYER",
        };
        var constants = new Option<string>("--constants")
        {
            Description =
                "What becomes of the constants that cut channels leave: drop (as published), or fold into the next layer where exact.",
            DefaultValueFactory = _ => "drop",
        };
        constants.AcceptOnlyFromAmong("drop", "fold");
        var trunk = new Option<string>("--trunk")
        {
            Description =
                "How what several layers read is cut: coupled, everywhere together; or selection, each reader selects its own (as published).",
            DefaultValueFactory = _ => "coupled",
        };
        trunk.AcceptOnlyFromAmong("coupled", "selection");
        var reduction = new Option<string>("--coupled-by")
        {
            Description = "Importance of coupled channels: max, mean or sum of theirs.",
            DefaultValueFactory = _ => "max",
        };
        reduction.AcceptOnlyFromAmong("max", "mean", "sum");
        var output = new Option<string?>("--out")
        {
            Description = "The file to write [default: pruned.slim beside the model].",
            HelpName = "FILE",
        };
        var withOptimizer = new Option<bool>("--with-optimizer")
        {
            Description =
                "Cut what the run's optimiser remembers, too (momentum), so that 'slim retrain' goes on with it.",
        };
        var planOnly = new Option<bool>("--plan-only") { Description = "Show the plan and cut nothing." };
        var common = new CommonOptions();
        command.Add(input);
        foreach (
            var option in (Option[])
                [
                    ratio,
                    macs,
                    parameters,
                    zeros,
                    perLayer,
                    emptyBlocks,
                    dropShifts,
                    least,
                    round,
                    keep,
                    constants,
                    trunk,
                    reduction,
                    output,
                    withOptimizer,
                    planOnly,
                ]
        )
            command.Add(option);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = new PlanOptions
            {
                Ratio = parsed.GetValue(ratio),
                Macs = parsed.GetValue(macs),
                Parameters = parsed.GetValue(parameters),
                Zeros = parsed.GetValue(zeros),
                EmptyBlocks = parsed.GetValue(emptyBlocks),
                DropShifts = parsed.GetValue(dropShifts),
                PerLayer = parsed.GetValue(perLayer),
                MinChannels = parsed.GetValue(least),
                RoundTo = parsed.GetValue(round),
                Keep = [.. parsed.GetValue(keep) ?? []],
                Trunk = parsed.GetValue(trunk) == "selection" ? Trunk.Selection : Trunk.Coupled,
                Reduction = parsed.GetValue(reduction) switch
                {
                    "mean" => ImportanceReduction.Mean,
                    "sum" => ImportanceReduction.Sum,
                    _ => ImportanceReduction.Max,
                },
                Constants = parsed.GetValue(constants) == "fold" ? ConstantTreatment.Fold : ConstantTreatment.Drop,
            };
            options.Check();
            common.Prepare(parsed);
            var path = Files.Trained(parsed.GetValue(input)!);
            var target =
                parsed.GetValue(output) ?? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "pruned.slim");
            return Prune(
                common.Screen(parsed),
                path,
                target,
                options,
                parsed.GetValue(planOnly),
                parsed.GetValue(withOptimizer)
            );
        });
        return command;
    }

    private static int Prune(
        Screen screen,
        string path,
        string target,
        PlanOptions options,
        bool planOnly,
        bool withOptimizer
    )
    {
        if (Path.GetFullPath(path) == Path.GetFullPath(target))
            throw new UsageException($"--out {target} would write over the file that is cut; choose another name.");
        using var file = SlimFile.Load(path);
        using var memory = withOptimizer ? Cutting.Memory(path, file) : null;
        using var model = file.ToModel();
        var plan = Planner.Plan(model, options);
        screen.Say(plan.Explain());
        if (planOnly)
        {
            screen.Emit(
                new()
                {
                    ["plan"] = JsonNode.Parse(
                        System.Text.Json.JsonSerializer.Serialize(plan, SlimJson.Default.SlimmingPlan)
                    ),
                }
            );
            return ExitCode.Done;
        }
        using var cut = Surgeon.Apply(
            model,
            plan,
            file.Extras.Contains("probe.inputs") ? file.Extras["probe.inputs"] : null
        );
        var result = Cutting.Save(target, file, plan, cut, memory);
        screen.Say(cut.Constants);
        screen.Say(
            $"Certificate: structure {Words.Number(cut.Certificate.StructureDifference, "G2")}, function {Words.Number(cut.Certificate.FunctionDifference, "G2")} of the largest output (float64); {Words.Number(cut.Certificate.FunctionDifference32, "G2")} in float32."
        );
        var (before, after) = Accuracies(file, model, cut.Model);
        if (before is not null)
            screen.Say(
                $"Accuracy on {before.Count} validation images: {Words.Percent(before.Accuracy, 2)} before, {Words.Percent(after!.Accuracy, 2)} after the cut, without retraining."
            );
        screen.Say($"{target} ({Words.Size(result)}). Retrain with: slim retrain {target} --out DIR");
        screen.Emit(
            new()
            {
                ["file"] = target,
                ["parameters"] = cut.Certificate.Parameters,
                ["macs"] = cut.Certificate.Macs,
                ["structureDifference"] = cut.Certificate.StructureDifference,
                ["functionDifference"] = cut.Certificate.FunctionDifference,
                ["accuracyBefore"] = before?.Accuracy,
                ["accuracyAfter"] = after?.Accuracy,
                ["warnings"] = new JsonArray([.. plan.Warnings.Select(w => (JsonNode)w)]),
            }
        );
        return ExitCode.Done;
    }

    // Before and after on validation images, where the data that the model was trained on are still to be found.
    private static (Score? Before, Score? After) Accuracies(SlimFile file, Model model, Model small)
    {
        if (file.Data is not { } data || file.Normalization is not { } normalization || !Path.Exists(data.Path))
            return (null, null);
        return DataSource.Read(data).Validation is { } set
            ? (Evaluation.Of(model, set, normalization), Evaluation.Of(small, set, normalization))
            : (null, null);
    }
}
