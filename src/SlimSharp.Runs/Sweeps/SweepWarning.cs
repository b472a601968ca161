using System.Collections.Immutable;

namespace SlimSharp.Runs;

/// <summary>How many runs of a stage warned of the same.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Warning">The kind, with the sentence of the first run.</param>
/// <param name="First">The first run's number.</param>
/// <param name="Count">How many runs warned.</param>
/// <param name="Finished">How many runs of the stage are finished and of a version that keeps warnings.</param>
/// <param name="What">
/// What these runs are: trainings, cuts or retrainings, with the stage's name where others are, too.
/// </param>
public sealed record SweepWarning(string Stage, RunWarning Warning, int First, int Count, int Finished, string What)
{
    private static readonly Dictionary<string, string> Nouns = new()
    {
        ["train"] = "trainings",
        ["prune"] = "cuts",
        ["retrain"] = "retrainings",
    };

    /// <summary>As in: 9 of 9 trainings: this λ cannot empty a scale.</summary>
    public override string ToString() => $"{Count} of {Finished} {What}: {Warning.Title}";

    /// <summary>The same with the sentence of the first run that warned.</summary>
    public string WithExample => $"{this} (run {First}: {Warning.Text.TrimEnd('.')})";

    /// <summary>Of all finished runs of a sweep, by stage and kind.</summary>
    public static ImmutableArray<SweepWarning> Of(SweepResults results)
    {
        var (plan, runs) = (results.Plan, results.Plan.Expand());
        return
        [
            .. from stage in plan.Stages
            let known = Known(results, runs, stage.Name)
            from kind in known
                .SelectMany(r => r.Warnings.Select(w => (r.Number, Warning: w)))
                .GroupBy(w => w.Warning.Kind)
            let first = kind.First()
            select new SweepWarning(
                stage.Name,
                first.Warning,
                first.Number,
                kind.Select(w => w.Number).Distinct().Count(),
                known.Length,
                Noun(plan, stage)
            ),
        ];
    }

    /// <summary>How many results are of a version that kept no warnings.</summary>
    public static int Unknown(SweepResults results) => results.Results.Values.Count(r => r.Warnings is null);

    private static (int Number, ImmutableArray<RunWarning> Warnings)[] Known(
        SweepResults results,
        ImmutableArray<SweepRun> runs,
        string stage
    ) =>
        [
            .. from run in runs
            where run.Stage == stage
            let warnings = results.Results.GetValueOrDefault(run.Number)?.Warnings
            where warnings is not null
            select (run.Number, warnings.Value),
        ];

    private static string Noun(SweepPlan plan, SweepStage stage)
    {
        var noun = Nouns.GetValueOrDefault(stage.Command, stage.Command);
        return plan.Stages.Count(s => s.Command == stage.Command) > 1 ? $"{noun} of '{stage.Name}'" : noun;
    }
}
