using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>Rounds of cutting and retraining. A folder holds for each its cut network, round-1.slim, and its run, round-1/.</summary>
internal sealed class Iteration(Screen screen, string folder, RunOptions options)
{
    /// <summary>Goes from a trained network to the target, or on from where it was stopped.</summary>
    internal int Run(string path, SlimFile start, PlanOptions target, int rounds, bool recalibrate)
    {
        var whole = NetworkCost.Of(start.Network);
        var rows = new List<IReadOnlyList<string>> { Row("start", start) };
        using var signals = new StopSignals();
        for (var round = 1; round <= rounds; round++)
        {
            var cut = At($"round-{round}.slim");
            if (!File.Exists(cut))
            {
                screen.Say($"\nRound {round} of {rounds}: cut");
                Directory.CreateDirectory(folder);
                using var retrained = round == 1 ? null : SlimFile.Load(path);
                using var pruning = new Pruning(screen, path, retrained ?? start, cut, Pruning.Images, options.Data);
                pruning.Run(For(target, whole, path, (double)round / rounds), recalibrate: recalibrate);
            }
            var retraining = options with { Command = "retrain", From = cut };
            var run = TrainingSession.OpenOrCreate(At($"round-{round}"), retraining);
            if (!run.IsComplete)
            {
                screen.Say($"\nRound {round} of {rounds}: retrain");
                try
                {
                    using var result = new TrainingSession(run, retraining, screen).Run(signals.Token);
                }
                catch (OperationCanceledException)
                {
                    screen.Emit(new() { ["stopped"] = true, ["run"] = run.Path });
                    screen.Say("Stopped with a checkpoint. The same command goes on.");
                    return ExitCode.Stopped;
                }
            }
            path = run.ModelFile;
            using var file = SlimFile.Load(path);
            rows.Add(Row($"round {round}", file));
        }
        screen.Say();
        screen.Table("Sizes by round:", ["", "parameters", "MACs"], rows);
        screen.Say($"The small network: {path}");
        screen.Emit(new JsonObject { ["model"] = path });
        return ExitCode.Done;
    }

    // As a share of what is left now: after round k of n the target's power k/n of the whole is.
    private static PlanOptions For(PlanOptions target, NetworkCost whole, string path, double part)
    {
        using var file = SlimFile.Load(path);
        var now = NetworkCost.Of(file.Network);
        double? Share(double? share, long all, long left) =>
            share is { } s ? Math.Min(Math.Pow(s, part) * all / left, 1) : null;
        return target with
        {
            Macs = Share(target.Macs, whole.Macs, now.Macs),
            Parameters = Share(target.Parameters, whole.Parameters, now.Parameters),
        };
    }

    private static string[] Row(string name, SlimFile file)
    {
        var cost = NetworkCost.Of(file.Network);
        return [name, Words.Count(cost.Parameters), Words.Count(cost.Macs)];
    }

    private string At(string name) => Path.Combine(folder, name);
}
