using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>slim iterate: cuts and retrains in turn.</summary>
internal static class IterateCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "iterate",
            "Reach a target in rounds, each of which cuts the same share of what is left and retrains; the same command goes on where it was stopped."
        );
        var input = new Argument<string>("RUN") { Description = "A run folder or .slim file." };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How many rounds.",
            DefaultValueFactory = _ => 3,
            HelpName = "K",
        };
        var macs = new Option<double?>("--macs")
        {
            Description = "Share of the multiply-adds that is left in the end.",
            HelpName = "SHARE",
        };
        var parameters = new Option<double?>("--params")
        {
            Description = "Share of the parameters that is left in the end.",
            HelpName = "SHARE",
        };
        var criterion = Choices.Choice(
            "--criterion",
            "What channels are judged by, as in slim prune.",
            [.. CriterionKind.All.Select(k => k.Name)]
        );
        var recalibrate = new Option<bool>("--recalibrate")
        {
            Description = "Take BatchNorm statistics anew after every cut.",
        };
        var (run, normalization) = (new RunArguments(), new NormalizationArguments());
        command.Add(input);
        foreach (var option in (Option[])[rounds, macs, parameters, criterion, recalibrate])
            command.Add(option);
        normalization.AddTo(command);
        run.AddTo(command, resumes: false);
        command.SetAction(parsed =>
        {
            run.Common.Prepare(parsed);
            var path = ModelFile.Trained(parsed.GetValue(input)!);
            var plan = new PlanOptions
            {
                Target = (parsed.GetValue(macs), parsed.GetValue(parameters)) switch
                {
                    ({ } share, null) => new PlanTarget.Macs(share),
                    (null, { } share) => new PlanTarget.Parameters(share),
                    _ => throw new UsageException("Give exactly one of --macs and --params."),
                },
                Criterion = parsed.GetValue(criterion)!,
            };
            plan.Check();
            var count = parsed.GetValue(rounds);
            if (count is < 1 or > 100)
                throw new UsageException($"--rounds is {count}, but must be from 1 to 100.");
            using var source = SlimFile.Load(path);
            var start = normalization.Needed(parsed, source, path);
            var options = run.Read(parsed, start.Data);
            run.SayMeaning(parsed, run.Common.Screen(parsed));
            var folder = run.Output(parsed) ?? throw new UsageException("Give --out DIR for the folder of the rounds.");
            var screen = run.Common.Screen(parsed);
            using var signals = new StopSignals();
            try
            {
                var recalibrated = parsed.GetValue(recalibrate);
                Show(
                    screen,
                    new Iteration(folder, options, screen).Run(path, start, plan, count, recalibrated, signals.Token)
                );
                return ExitCode.Done;
            }
            catch (OperationCanceledException)
            {
                screen.Emit(new() { ["stopped"] = true, ["run"] = folder });
                screen.Say("Stopped. The same command goes on from the last checkpoint.");
                return ExitCode.Stopped;
            }
        });
        return command;
    }

    private static void Show(Screen screen, IReadOnlyList<IterationRound> rounds)
    {
        screen.Say();
        screen.Table(
            "Sizes by round:",
            ["", "parameters", "MACs"],
            rounds.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Round == 0 ? "start" : $"round {r.Round}",
                        Words.Count(r.Cost.Parameters),
                        Words.Count(r.Cost.Macs),
                    ]
            )
        );
        screen.Say($"The small network: {rounds[^1].File}");
        screen.Emit(new() { ["model"] = rounds[^1].File });
    }
}
