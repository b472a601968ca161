using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Zoo;

namespace SlimSharp.Experiments;

/// <summary>
/// Rounds of cutting and retraining. A folder holds for each its cut network, round-1.slim, and its run, round-1/;
/// further trainings of it, round-1-NAME/; and those before the first cut, start-NAME/. What is done already is not
/// done again.
/// </summary>
/// <param name="folder">The folder.</param>
/// <param name="training">
/// How is trained, but for what the phases have of their own; the file that each starts from is put in.
/// </param>
/// <param name="journal">What is told; null for nobody.</param>
public sealed class Iteration(string folder, RunOptions training, Journal? journal = null)
{
    private readonly Journal _journal = journal ?? Journal.Silent;

    /// <summary>Goes from a network to the last target, or on from where it was stopped.</summary>
    /// <param name="path">The path of the network.</param>
    /// <param name="start">Its file.</param>
    /// <param name="options">The targets, and how they are reached.</param>
    /// <param name="stop">Stops it, with a checkpoint.</param>
    /// <returns>The networks after each round, that before the first cut first.</returns>
    /// <exception cref="ExperimentException">The folder holds rounds of something else.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; it goes on when it is run again.</exception>
    public IReadOnlyList<IterationRound> Run(
        string path,
        SlimFile start,
        IterationOptions options,
        CancellationToken stop = default
    )
    {
        options.Check();
        var phases = options.Phases ?? IterationPhases.Of(training);
        if (phases.Before.Count == 0)
            return Rounds(path, start, options, phases, stop);
        CheckPlan(start.Network, start.Weights, options);
        return Rounds(Before(phases.Before, Path.GetFullPath(path), stop), options, phases, stop);
    }

    /// <summary>
    /// The same with a new network, <see cref="RunOptions.Model"/>, which is trained before it is cut.
    /// </summary>
    /// <param name="options">The targets, and how they are reached.</param>
    /// <param name="stop">Stops it, with a checkpoint.</param>
    /// <returns>The networks after each round, that before the first cut first.</returns>
    /// <exception cref="ExperimentException">The folder holds rounds of something else.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; it goes on when it is run again.</exception>
    public IReadOnlyList<IterationRound> Run(IterationOptions options, CancellationToken stop = default)
    {
        options.Check();
        if (training.Model is not { } name || options.Phases is not { Before.Count: > 0 } phases)
            throw new ExperimentException(
                "A new network needs a name, RunOptions.Model, and trainings before it is cut, IterationPhases.Before."
            );
        var network = ZooEntry.Get(name, classes: 10, training.Width);
        using (var weights = Initialization.Draw(network, training.Training.Seed))
            CheckPlan(network, weights, options);
        return Rounds(Before(phases.Before, from: null, stop), options, phases, stop);
    }

    private List<IterationRound> Rounds(
        string path,
        IterationOptions options,
        IterationPhases phases,
        CancellationToken stop
    )
    {
        using var start = SlimFile.Load(path);
        return Rounds(path, start, options, phases, stop);
    }

    private List<IterationRound> Rounds(
        string path,
        SlimFile start,
        IterationOptions options,
        IterationPhases phases,
        CancellationToken stop
    )
    {
        var rounds = options.Targets.Count;
        var goals = new RoundGoals(start.Network);
        var done = new List<IterationRound> { new(0, path, NetworkCost.Of(start.Network)) };
        SlimFile? retrained = null;
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var (words, now) = ($"Round {round} of {rounds}", retrained ?? start);
                var pruning = goals.Next(options, options.Targets[round - 1], now.Network);
                goals.Add(Cut(words, round, done[^1].File, now, pruning, stop));
                path = Train(words, $"round-{round}", phases.After(round == rounds), CutFile(round), stop);
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

    // What can be known to be impossible without images is, before hours of training.
    private static void CheckPlan(Network network, Weights weights, IterationOptions options)
    {
        var plan = options.Plan with { Target = options.Targets[^1] };
        if (CriterionKind.Of(plan).NeedsImages)
            plan = plan with { Criterion = "random" };
        _ = Planner.Plan(network, weights, plan);
    }

    // Now; of what was cut before, looks whether it was cut from the same weights, and for the same.
    private SlimmingPlan Cut(
        string words,
        int round,
        string path,
        SlimFile file,
        PruningOptions options,
        CancellationToken stop
    )
    {
        if (File.Exists(CutFile(round)))
            return CheckedCut(round, file, options);
        _journal.Say();
        _journal.Say($"{words}: cut");
        using var pruning = new Pruning(path, file, training.Data, _journal, stop);
        return pruning.Cut(pruning.Plan(options), CutFile(round)).Cut.Plan;
    }

    private SlimmingPlan CheckedCut(int round, SlimFile file, PruningOptions options)
    {
        using var cut = SlimFile.Load(CutFile(round));
        var asked = cut.Provenance.GetValueOrDefault(Certificate.Asked);
        return
            cut.Plan is { } plan
            && plan.WeightsHash == file.Weights.Hash()
            && (asked is null || asked == CutSettings.ToJson(CutSettings.Of(options)))
            ? plan
            : throw OfSomethingElse(round);
    }

    private ExperimentException OfSomethingElse(int round) =>
        new(
            $"{CutFile(round)} was cut from another network, or for another target, number of rounds or way of judging; choose another folder, or give what it was begun with."
        );

    private string Before(IReadOnlyList<TrainingPhase> phases, string? from, CancellationToken stop)
    {
        if (File.Exists(CutFile(1)) && phases.Any(p => !RunFolder.IsBegun(At($"start-{p.Name}"))))
            throw OfSomethingElse(1); // known before anything is trained
        var isNew = !Directory.Exists(folder);
        try
        {
            foreach (var phase in phases)
            {
                // Only the file that was given may not say how images are normalised.
                var normalization = phase == phases[0] ? training.Normalization : null;
                from = Train("Before the first cut", phase, $"start-{phase.Name}", from, normalization, stop);
            }
            return from!;
        }
        finally
        {
            // A training that could not begin leaves nothing.
            if (isNew && Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
                Directory.Delete(folder);
        }
    }

    // One after another; returns the path of what is trained in the end.
    private string Train(
        string words,
        string place,
        IReadOnlyList<TrainingPhase> phases,
        string from,
        CancellationToken stop
    )
    {
        foreach (var phase in phases)
        {
            var name = phase == phases[0] ? place : $"{place}-{phase.Name}";
            from = Train(words, phase, name, from, null, stop);
        }
        return from;
    }

    // Now or before.
    private string Train(
        string words,
        TrainingPhase phase,
        string name,
        string? from,
        Normalization? normalization,
        CancellationToken stop
    )
    {
        var run = TrainingRun.Begin(
            At(name),
            phase.Of(training) with
            {
                Command = from is null ? "train" : "retrain",
                Model = from is null ? training.Model : null,
                From = from,
                Normalization = normalization,
            }
        );
        if (!run.IsComplete)
        {
            var with = phase.Regularizers.Count == 0 ? "" : $", with {string.Join(' ', phase.Regularizers)}";
            _journal.Say();
            _journal.Say(
                $"{words}: {phase.Name}, {Words.Count(phase.Epochs)} {(phase.Epochs == 1 ? "epoch" : "epochs")}{with}"
            );
            using var result = run.Train(_journal, stop);
        }
        return run.Folder.ModelFile;
    }

    private string CutFile(int round) => At($"round-{round}.slim");

    private string At(string name) => Path.Combine(folder, name);
}
