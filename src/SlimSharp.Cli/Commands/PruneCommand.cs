using System.CommandLine;
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
            Description = "The file to write [default: pruned.slim beside the model].",
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
            DefaultValueFactory = _ => Pruning.Images,
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
        (PlanOptions Options, LatencyGoal? Goal) Read(ParseResult parsed)
        {
            var goal = latency.Get(parsed, parsed.GetValue(common.Threads));
            var options = plan.Get(parsed, goal?.Of(before: 1));
            var count = parsed.GetValue(candidates);
            if (count is < 1 or > 1000)
                throw new UsageException($"--candidates is {count}, but must be from 1 to 1000.");
            if (parsed.GetValue(images) < 2)
                throw new UsageException($"--images is {parsed.GetValue(images)}, but must be 2 or more.");
            if (count > 1 && parsed.GetValue(control) is not null)
                throw new UsageException("--candidates and --control do not go together.");
            if (count > 1 && options.Target is PlanTarget.Zeros)
                throw new UsageException("--zeros leaves nothing to choose; leave out --candidates.");
            if (count > 1 && options.Target is PlanTarget.Below or PlanTarget.Channels)
                throw new UsageException(
                    "--below and --layer-widths decide every layer by itself, so that weighing layers changes nothing; leave out --candidates."
                );
            if (parsed.GetValue(planOnly))
                parsed.Refuse("has no effect with --plan-only, which cuts nothing", output, withOptimizer, recalibrate);
            if (!parsed.GetValue(recalibrate) && count == 1 && !NeedsImages(options))
                parsed.Refuse("goes with --recalibrate, --candidates, and a --criterion that is measured", images);
            if (goal is not null && count > 1)
                throw new UsageException("--latency and --speedup do not go with --candidates.");
            return (options, goal);
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
            var (options, goal) = Read(parsed);
            common.Prepare(parsed);
            var path = Files.Trained(parsed.GetValue(input)!);
            var isShown = parsed.GetValue(planOnly);
            var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "pruned.slim");
            var target = parsed.GetValue(output) ?? (isShown ? beside : OutputOption.Checked(beside));
            var given = data.Given(parsed);
            using var source = SlimFile.Load(path);
            // Whatever computes on images needs to know how they are normalised; a cut alone does not.
            var measures =
                parsed.Has(data.Path)
                || (parsed.GetValue(recalibrate) && source.Network.BatchNorms.Any())
                || parsed.GetValue(candidates) > 1
                || NeedsImages(options);
            var file = measures ? normalization.Needed(parsed, source, path) : normalization.With(parsed, source, path);
            using var pruning = new Pruning(common.Screen(parsed), path, file, target, parsed.GetValue(images), given);
            return pruning.Run(
                options,
                asked: null,
                goal,
                parsed.GetValue(candidates),
                parsed.GetValue(control),
                parsed.GetValue(recalibrate),
                isShown,
                parsed.GetValue(withOptimizer)
            );
        });
        return command;
    }

    private static bool NeedsImages(PlanOptions options) => CriterionKind.Of(options).NeedsImages;
}
