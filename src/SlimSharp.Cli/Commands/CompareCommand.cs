using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;

namespace SlimSharp.Cli;

/// <summary>slim compare: methods, aids and controls side by side on the sample that comes with SlimSharp.</summary>
internal static class CompareCommand
{
    internal static Command Create()
    {
        var command = new Command(
            "compare",
            "Train, cut and retrain with every method, aid and control on the sample, over several seeds, and make a table; what is done already is not done again."
        );
        var output = new OutputOption("--out", isFolder: true)
        {
            Description = "The folder of the runs and of the table, methods.md.",
            DefaultValueFactory = _ => "runs/compare",
            HelpName = "DIR",
        };
        var epochs = new Option<int>("--epochs")
        {
            Description = "Epochs of each training and retraining.",
            DefaultValueFactory = _ => 8,
            HelpName = "N",
        };
        var seeds = new Option<int>("--seeds")
        {
            Description = "Seeds.",
            DefaultValueFactory = _ => 3,
            HelpName = "N",
        };
        var macs = new Option<double>("--macs")
        {
            Description = "Share of multiply-adds that every cut leaves at most.",
            DefaultValueFactory = _ => 0.4,
            HelpName = "SHARE",
        };
        var common = new CommonOptions();
        foreach (var option in (Option[])[output, epochs, seeds, macs])
            command.Add(option);
        common.AddTo(command);
        command.SetAction(parsed =>
        {
            common.Prepare(parsed);
            if (parsed.GetValue(epochs) < 1 || parsed.GetValue(seeds) < 1)
                throw new UsageException("--epochs and --seeds must be 1 or more.");
            if (parsed.GetValue(macs) is not (> 0 and < 1))
                throw new UsageException($"--macs is {parsed.GetValue(macs)}, but must be a share in (0, 1).");
            var screen = common.Screen(parsed);
            using var signals = new StopSignals();
            try
            {
                var training = Sample.Training(
                    Sample.Data(),
                    parsed.GetValue(epochs),
                    parsed.GetValue(common.Threads),
                    parsed.GetValue(common.Device)!
                );
                var comparison = new Comparison(parsed.GetValue(output)!, training, parsed.GetValue(macs), screen);
                var rows = comparison.Run(parsed.GetValue(seeds), signals.Token);
                screen.Say(ComparisonRow.Table(rows));
                screen.Say($"written to {comparison.TableFile}");
                foreach (var row in rows)
                    screen.Emit(ToJson(row));
                return ExitCode.Done;
            }
            catch (OperationCanceledException)
            {
                screen.Say("Stopped with a checkpoint. The same command goes on.");
                return ExitCode.Stopped;
            }
        });
        return command;
    }

    private static JsonObject ToJson(ComparisonRow row) =>
        new()
        {
            ["method"] = row.Name,
            ["trained"] = row.Trained,
            ["zero"] = row.Zero,
            ["cut"] = row.Cut,
            ["recalibrated"] = row.Recalibrated,
            ["retrained"] = row.Retrained,
            ["parameters"] = row.Cost.Parameters,
            ["macs"] = row.Cost.Macs,
            ["seconds"] = row.Seconds,
            ["retrainingSeconds"] = row.RetrainingSeconds,
        };
}
