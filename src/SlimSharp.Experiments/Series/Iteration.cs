using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>
/// Rounds of cutting and retraining, each of which cuts the same share of what is left. A folder holds for each its cut
/// network, round-1.slim, and its run, round-1/. What is done already is not done again.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="retraining">How each round retrains; the file it starts from is put in.</param>
/// <param name="journal">What is told; null for nobody.</param>
public sealed class Iteration(string folder, RunOptions retraining, Journal? journal = null)
{
    private readonly Journal _journal = journal ?? Journal.Silent;

    /// <summary>Goes from a trained network to the target, or on from where it was stopped.</summary>
    /// <param name="path">The path of the network.</param>
    /// <param name="start">Its file.</param>
    /// <param name="target">
    /// A share of multiply-adds or of parameters that is left in the end, and how that is cut.
    /// </param>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="recalibrate">Whether BatchNorm statistics are taken anew after each cut.</param>
    /// <param name="stop">Stops it, with a checkpoint.</param>
    /// <returns>The networks after each round, that at the start first.</returns>
    /// <exception cref="ExperimentException">The folder holds rounds of something else.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; it goes on when it is run again.</exception>
    public IReadOnlyList<IterationRound> Run(
        string path,
        SlimFile start,
        PlanOptions target,
        int rounds,
        bool recalibrate = false,
        CancellationToken stop = default
    )
    {
        if (target.Target is not (PlanTarget.Macs or PlanTarget.Parameters))
            throw new ExperimentException(
                "Rounds reach a share of multiply-adds or of parameters (PlanOptions.Target)."
            );
        if (rounds is < 1 or > 100)
            throw new ExperimentException($"There are {rounds} rounds, but must be from 1 to 100.");
        var whole = NetworkCost.Of(start.Network);
        var done = new List<IterationRound> { new(0, path, whole) };
        SlimFile? retrained = null;
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var (words, part, now) = ($"Round {round} of {rounds}", (double)round / rounds, done[^1]);
                var options = new PruningOptions
                {
                    Plan = For(target, whole, now.Cost, part),
                    Asked = With(target, share => Math.Pow(share, part), share => Math.Pow(share, part)),
                    Recalibrate = recalibrate,
                };
                Cut(words, round, now.File, retrained ?? start, options, stop);
                path = Retrain(words, round, stop);
                retrained?.Dispose();
                retrained = SlimFile.Load(path);
                done.Add(new(round, path, NetworkCost.Of(retrained.Network)));
            }
            return done;
        }
        finally
        {
            retrained?.Dispose();
        }
    }

    // Now; of what was cut before, looks whether it was cut from the same weights, and for the same.
    private void Cut(
        string words,
        int round,
        string path,
        SlimFile file,
        PruningOptions options,
        CancellationToken stop
    )
    {
        if (File.Exists(CutFile(round)))
        {
            CheckCut(round, file, options);
            return;
        }
        _journal.Say();
        _journal.Say($"{words}: cut");
        using var pruning = new Pruning(path, file, retraining.Data, _journal, stop);
        pruning.Cut(pruning.Plan(options), CutFile(round));
    }

    private void CheckCut(int round, SlimFile file, PruningOptions options)
    {
        using var cut = SlimFile.Load(CutFile(round));
        var asked = cut.Provenance.GetValueOrDefault(Certificate.Asked);
        if (
            cut.Plan?.WeightsHash != file.Weights.Hash()
            || asked is not null && asked != CutSettings.ToJson(CutSettings.Of(options))
        )
            throw new ExperimentException(
                $"{CutFile(round)} was cut from another network, or for another target or number of rounds; choose another folder, or give what it was begun with."
            );
    }

    // The path of what is retrained, now or before.
    private string Retrain(string words, int round, CancellationToken stop)
    {
        var run = TrainingRun.Begin(
            At($"round-{round}"),
            retraining with
            {
                Command = "retrain",
                From = CutFile(round),
            }
        );
        if (!run.IsComplete)
        {
            _journal.Say();
            _journal.Say($"{words}: retrain");
            using var result = run.Train(_journal, stop);
        }
        return run.Folder.ModelFile;
    }

    // As a share of what is left now: after round k of n the target's power k/n of the whole is.
    private static PlanOptions For(PlanOptions target, NetworkCost whole, NetworkCost now, double part)
    {
        double Share(double share, long all, long left) => Math.Min(Math.Pow(share, part) * all / left, 1);
        return With(
            target,
            share => Share(share, whole.Macs, now.Macs),
            share => Share(share, whole.Parameters, now.Parameters)
        );
    }

    private static PlanOptions With(PlanOptions target, Func<double, double> macs, Func<double, double> parameters) =>
        target with
        {
            Target = target.Target switch
            {
                PlanTarget.Macs asked => new PlanTarget.Macs(macs(asked.Share)),
                PlanTarget.Parameters asked => new PlanTarget.Parameters(parameters(asked.Share)),
                var other => other,
            },
        };

    private string CutFile(int round) => At($"round-{round}.slim");

    private string At(string name) => Path.Combine(folder, name);
}
