using System.CommandLine;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Zoo;

namespace SlimSharp.Cli;

/// <summary>slim iterate: cuts and retrains in turn.</summary>
internal static class IterateCommand
{
    internal static Command Create()
    {
        var input = new Argument<string>("RUN")
        {
            Description =
                "A run folder or .slim file; with --schedule ortho or early-bird also a network of the zoo, which is trained first.",
        };
        var width = new Option<double>("--width")
        {
            Description = "Factor on all widths of a network of the zoo.",
            DefaultValueFactory = _ => 1,
            HelpName = "FACTOR",
        };
        var (rounds, normalization) = (new RoundArguments(), new NormalizationArguments());
        var run = new RunArguments(
            IterationSchedule.All.Select(s =>
                (
                    s.Name,
                    $"{s.Title}; --epochs is what follows the last cut (published: {s.Epochs}), all else in proportion"
                )
            )
        );
        var command = new Command(
            "iterate",
            "Reach a target in rounds, each of which cuts a part of what is left and retrains; the same command goes on where it was stopped."
        );
        command.Add(input);
        rounds.AddTo(command);
        command.Add(width);
        normalization.AddTo(command);
        run.AddTo(command, resumes: false);
        command.SetAction(parsed =>
        {
            run.Common.Prepare(parsed);
            using var signals = new StopSignals(); // before anything that takes long
            var (name, screen) = (parsed.GetValue(input)!, run.Common.Screen(parsed));
            var schedule = IterationSchedule.All.FirstOrDefault(s => s.Name == run.Training.Schedule(parsed));
            var options = rounds.Get(parsed, schedule?.IsEarly == true);
            var isNew = !Path.Exists(name) && ZooEntry.All.Any(e => e.Name == name);
            if (isNew && schedule is null)
                throw new UsageException(
                    $"{name} of the zoo is not trained: train it first, or let --schedule ortho or early-bird do it."
                );
            if (isNew)
                parsed.Refuse("is for a file; a new network takes what its images ask for", normalization.All);
            else
                parsed.Refuse("is for a network of the zoo; that of a file is as it is", width);
            var path = isNew ? null : ModelFile.Trained(name);
            using var source = path is null ? null : SlimFile.Load(path);
            var start = source is null ? null : normalization.Needed(parsed, source, path!);
            var training = run.Read(parsed, start?.Data) with
            {
                Model = isNew ? name : null,
                Width = isNew ? parsed.GetValue(width) : 1,
                Normalization = source is { Normalization: null } ? start!.Normalization : null,
            };
            if (schedule is not null && !run.Training.HasEpochs(parsed))
                training = training with { Training = training.Training with { Epochs = schedule.Epochs } };
            options = options with { Phases = schedule?.Of(training, isNew) };
            var folder = run.Output(parsed) ?? throw new UsageException("Give --out DIR for the folder of the rounds.");
            run.SayMeaning(parsed, screen);
            if (options.Phases is { } phases)
                IterationView.Show(screen, phases, options.Targets.Count);
            var iteration = new Iteration(folder, training, screen);
            try
            {
                IterationView.Show(
                    screen,
                    start is null
                        ? iteration.Run(options, signals.Token)
                        : iteration.Run(path!, start, options, signals.Token)
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
}
