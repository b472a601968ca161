using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>
/// Rounds of cutting and retraining. A folder holds for each its cut network, round-1.slim, and its run, round-1/.
/// </summary>
internal sealed class Iteration(Screen screen, string folder, RunOptions options)
{
    /// <summary>Goes from a trained network to the target, or on from where it was stopped.</summary>
    internal int Run(string path, SlimFile start, PlanOptions target, int rounds, bool recalibrate)
    {
        var whole = NetworkCost.Of(start.Network);
        var rows = new List<IReadOnlyList<string>> { Row("start", start) };
        using var signals = new StopSignals();
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var words = $"Round {round} of {rounds}";
                var part = (double)round / rounds;
                if (!File.Exists(Cut(round)))
                    Prune(
                        words,
                        round,
                        path,
                        start,
                        (For(target, whole, path, part), OfWhole(target, part)),
                        recalibrate,
                        signals.Token
                    );
                path = Retrain(words, round, signals.Token);
                using var file = SlimFile.Load(path);
                rows.Add(Row($"round {round}", file));
            }
        }
        catch (OperationCanceledException)
        {
            screen.Emit(new() { ["stopped"] = true, ["run"] = folder });
            screen.Say("Stopped. The same command goes on from the last checkpoint.");
            return ExitCode.Stopped;
        }
        screen.Say();
        screen.Table("Sizes by round:", ["", "parameters", "MACs"], rows);
        screen.Say($"The small network: {path}");
        screen.Emit(new JsonObject { ["model"] = path });
        return ExitCode.Done;
    }

    private void Prune(
        string words,
        int round,
        string path,
        SlimFile start,
        (PlanOptions Cut, PlanOptions Asked) plan,
        bool recalibrate,
        CancellationToken stop
    )
    {
        screen.Say($"\n{words}: cut");
        using var retrained = round == 1 ? null : SlimFile.Load(path);
        using var pruning = new Pruning(
            screen,
            path,
            retrained ?? start,
            Cut(round),
            Pruning.Images,
            options.Data,
            stop
        );
        pruning.Run(plan.Cut, plan.Asked, recalibrate: recalibrate);
    }

    // The path of what is retrained, now or before.
    private string Retrain(string words, int round, CancellationToken stop)
    {
        var retraining = options with { Command = "retrain", From = Cut(round) };
        var run = TrainingSession.OpenOrCreate(At($"round-{round}"), retraining);
        if (!run.IsComplete)
        {
            screen.Say($"\n{words}: retrain");
            using var result = new TrainingSession(run, retraining, screen).Run(stop);
        }
        return run.ModelFile;
    }

    // What is asked for after a part of all rounds; after the last, the target.
    private static PlanOptions OfWhole(PlanOptions target, double part) =>
        target with
        {
            Target = target.Target switch
            {
                PlanTarget.Macs macs => new PlanTarget.Macs(Math.Pow(macs.Share, part)),
                PlanTarget.Parameters parameters => new PlanTarget.Parameters(Math.Pow(parameters.Share, part)),
                var other => other,
            },
        };

    // As a share of what is left now: after round k of n the target's power k/n of the whole is.
    private static PlanOptions For(PlanOptions target, NetworkCost whole, string path, double part)
    {
        using var file = SlimFile.Load(path);
        var now = NetworkCost.Of(file.Network);
        double Share(double share, long all, long left) => Math.Min(Math.Pow(share, part) * all / left, 1);
        return target with
        {
            Target = target.Target switch
            {
                PlanTarget.Macs macs => new PlanTarget.Macs(Share(macs.Share, whole.Macs, now.Macs)),
                PlanTarget.Parameters parameters => new PlanTarget.Parameters(
                    Share(parameters.Share, whole.Parameters, now.Parameters)
                ),
                var other => other,
            },
        };
    }

    private static string[] Row(string name, SlimFile file)
    {
        var cost = NetworkCost.Of(file.Network);
        return [name, Words.Count(cost.Parameters), Words.Count(cost.Macs)];
    }

    private string Cut(int round) => At($"round-{round}.slim");

    private string At(string name) => Path.Combine(folder, name);
}
