using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>slim prune: plans, shows the plan, cuts, certifies.</summary>
internal static class PruneCommand
{
    internal static Command Create()
    {
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var output = new OutputOption("--out")
        {
            Description =
                "The file to write [default: pruned.slim beside the model; of a control, pruned-CONTROL.slim].",
            HelpName = "FILE",
        };
        var control = Choices.Optional(
            "--control",
            "Cut a control of that plan instead, at the same multiply-adds: random channels at its widths, uniform widths, or the smallest weights.",
            "random",
            "uniform",
            "magnitude"
        );
        var candidates = new Option<int>("--candidates")
        {
            Description =
                "Make so many plans of the same target that weigh layers differently, and keep that with the best accuracy on validation images after recalibration.",
            DefaultValueFactory = _ => 1,
            HelpName = "N",
        };
        var recalibrate = new Option<bool>("--recalibrate")
        {
            Description = "Take the BatchNorm statistics of the cut network anew, on training images.",
        };
        var images = new Option<int>("--images")
        {
            Description = "Training images to recalibrate with and to measure taylor and fisher on.",
            DefaultValueFactory = _ => 2048,
            HelpName = "N",
        };
        var withOptimizer = new Option<bool>("--with-optimizer")
        {
            Description =
                "Cut what the run's optimiser remembers, too (momentum), so that 'slim retrain' goes on with it.",
        };
        var planOnly = new Option<bool>("--plan-only") { Description = "Show the plan and cut nothing." };
        var (plan, latency, common) = (new PlanArguments(), new LatencyArguments(), new CommonOptions());
        var (data, normalization) = (new DataArguments(), new NormalizationArguments());
        PruningOptions Read(ParseResult parsed)
        {
            var goal = latency.Get(parsed, parsed.GetValue(common.Threads));
            var options = new PruningOptions
            {
                Plan = plan.Get(parsed, goal?.Of(before: 1)),
                Latency = goal,
                Candidates = parsed.GetValue(candidates),
                Control = parsed.GetValue(control) is { } word ? Enum.Parse<CutControl>(word, ignoreCase: true) : null,
                Recalibrate = parsed.GetValue(recalibrate),
                Images = parsed.GetValue(images),
                WithOptimizer = parsed.GetValue(withOptimizer),
            };
            options.Check();
            if (parsed.GetValue(planOnly))
                parsed.Refuse("has no effect with --plan-only, which cuts nothing", output, withOptimizer, recalibrate);
            if (!options.Recalibrate && options.Candidates == 1 && !NeedsImages(options))
                parsed.Refuse("goes with --recalibrate, --candidates, and a --criterion that is measured", images);
            return options;
        }
        var command = new CheckedCommand(
            "prune",
            "Cut the least important channels out of a trained network, and certify the cut.",
            parsed => Read(parsed)
        );
        command.Add(input);
        plan.AddTo(command);
        latency.AddTo(command);
        foreach (var option in (Option[])[control, candidates, recalibrate, images, output, withOptimizer, planOnly])
            command.Add(option);
        data.AddTo(command);
        normalization.AddTo(command);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            var options = Read(parsed);
            common.Prepare(parsed);
            var (screen, path) = (common.Screen(parsed), ModelFile.Trained(parsed.GetValue(input)!));
            var isShown = parsed.GetValue(planOnly);
            // A control takes nothing from the cut that it is the control of.
            var name = options.Control is { } kind ? $"pruned-{CutView.Word(kind)}.slim" : "pruned.slim";
            var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);
            var target = parsed.GetValue(output) ?? (isShown ? beside : OutputOption.Checked(beside));
            if (OutputPath.AreSame(path, target))
                throw new UsageException($"--out {target} would write over the file that is cut; choose another name.");
            var given = data.Given(parsed);
            using var source = SlimFile.Load(path);
            // Whatever computes on images needs to know how they are normalised; a cut alone does not.
            var measures =
                parsed.Has(data.Path)
                || (options.Recalibrate && source.Network.BatchNorms.Any())
                || options.Candidates > 1
                || NeedsImages(options);
            var file = measures ? normalization.Needed(parsed, source, path) : normalization.With(parsed, source, path);
            using var pruning = new Pruning(path, file, given, screen);
            var cut = pruning.Plan(options);
            if (isShown)
                screen.Emit(new() { ["plan"] = JsonNode.Parse(cut.Plan.ToJson()) });
            else
                pruning.Cut(cut, target);
            return cut.Latency is { IsMissed: true } && !isShown ? ExitCode.Missed : ExitCode.Done;
        });
        return command;
    }

    private static bool NeedsImages(PruningOptions options) => CriterionKind.Of(options.Plan).NeedsImages;
}
