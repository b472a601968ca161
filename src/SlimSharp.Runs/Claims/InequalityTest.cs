namespace SlimSharp.Runs;

/// <summary>
/// An inequality, tested on the results of a sweep: of pairs of runs the difference, averaged over all that they share
/// but the seed, or whatever the sweep takes numbers per.
/// </summary>
public sealed class InequalityTest
{
    private InequalityTest(Inequality inequality, double margin, PairedDifference? difference, int planned) =>
        (Inequality, Margin, Difference, Planned) = (inequality, margin, difference, planned);

    /// <summary>The inequality.</summary>
    public Inequality Inequality { get; }

    /// <summary>
    /// The margin inside which a difference is noise, in points, percent or the measure's own unit; 0 where what is
    /// less or more is asked for, which takes none.
    /// </summary>
    public double Margin { get; }

    /// <summary>
    /// The differences, one per seed or whatever the sweep takes them per, in points or percent; null if fewer than two
    /// are finished.
    /// </summary>
    public PairedDifference? Difference { get; }

    /// <summary>How many differences there are once all runs are finished.</summary>
    public int Planned { get; }

    /// <summary>True if they are.</summary>
    public bool IsComplete => Difference?.Differences.Count == Planned;

    /// <summary>Tests one.</summary>
    /// <exception cref="RunException">The sweep has no such stage, case or setting.</exception>
    public static InequalityTest Of(Inequality inequality, ClaimSweep sweep, SweepResults results, ClaimFile file)
    {
        var runs = results.Plan.Expand();
        SweepRun[] at = [.. runs.Where(r => r.Stage == inequality.Stage)];
        Check(inequality, sweep, results.Plan.Name, at);
        double? Difference(SweepRun of, SweepRun than) =>
            Value(inequality.Measure, runs, of, results) is { } a
            && Value(inequality.Measure, runs, than, results) is { } b
                ? inequality.Measure.IsCost
                    ? 100 * (a / b - 1)
                    : a - (inequality.Times ?? 1) * b
                : null;
        double?[][] groups =
        [
            .. Pairs(inequality, at)
                .GroupBy(p => string.Join('\n', p.First.Values(sweep.Per)))
                .Select(g => g.Select(p => Difference(p.First, p.Second)).ToArray()),
        ];
        double[] means = [.. groups.Where(s => s.All(d => d is not null)).Select(s => s.Average()!.Value)];
        return new(
            inequality,
            inequality.Is is Relation.Less or Relation.More ? 0 : file.Margin(inequality.Measure),
            means.Length > 1 ? PairedDifference.Of(means, new double[means.Length]) : null,
            groups.Length
        );
    }

    /// <summary>The exact one-sided p-value of the inequality not holding; 1 where it cannot be told.</summary>
    public double ByChance =>
        (Difference, Inequality.Is) switch
        {
            (null, _) => 1,
            ({ } d, Relation.Less) => d.SmallerByChance(-Inequality.By),
            ({ } d, Relation.More) => d.LargerByChance(Inequality.By),
            ({ } d, Relation.AtLeast) => d.LargerByChance(-Margin),
            ({ } d, Relation.AtMost) => d.SmallerByChance(Margin),
            ({ } d, _) => Math.Max(d.LargerByChance(-Margin), d.SmallerByChance(Margin)),
        };

    /// <summary>True if the t-interval of this confidence lies wholly where the inequality does not hold.</summary>
    public bool IsRefuted(double confidence)
    {
        if (Difference is null)
            return false;
        var (low, high) = Difference.Interval(confidence);
        return Inequality.Is switch
        {
            Relation.Less => low > -Inequality.By,
            Relation.More => high < Inequality.By,
            Relation.AtLeast => high < -Margin,
            Relation.AtMost => low > Margin,
            _ => low > Margin || high < -Margin,
        };
    }

    private static IEnumerable<(SweepRun First, SweepRun Second)> Pairs(Inequality inequality, SweepRun[] at) =>
        SweepRun.Pairs(
            at,
            inequality.At.SetItem(SweepRun.Case, inequality.Of),
            inequality.At.SetItems(inequality.ThanAt).SetItem(SweepRun.Case, inequality.Than)
        );

    private static string Cases(SweepRun[] at)
    {
        string[] names = [.. at.Select(r => r.Settings.GetValueOrDefault(SweepRun.Case)).OfType<string>().Distinct()];
        return names.Length > 0 ? $", here {string.Join(", ", names)}" : ", and there are none";
    }

    private static void Check(Inequality inequality, ClaimSweep sweep, string plan, SweepRun[] at)
    {
        if (at.Length == 0)
            throw new RunException($"'{plan}' has no stage '{inequality.Stage}', which a claim is about.");
        foreach (var name in (string[])[inequality.Of, inequality.Than])
        {
            if (at.All(r => r.Settings.GetValueOrDefault(SweepRun.Case) != name))
                throw new RunException(
                    $"'{plan}' has no case '{name}', which a claim is about: "
                        + $"'of' and 'than' are names of a [[stage.case]] of its first stage{Cases(at)}."
                );
        }
        if (inequality.Of == inequality.Than && inequality.ThanAt.All(s => inequality.At.Contains(s)))
            throw new RunException(
                $"A claim compares '{inequality.Of}' with itself; name in than-at in what the other one differs."
            );
        foreach (var (name, value) in inequality.At.Concat(inequality.ThanAt))
        {
            if (at.All(r => r.Settings.GetValueOrDefault(name) != value))
                throw new RunException(
                    $"'{plan}' has no run with {name} = {value} in its stage '{inequality.Stage}', which a claim is about; there are {string.Join(", ", at.SelectMany(r => r.Settings).Where(s => s.Key != SweepRun.Seed).Select(s => $"{s.Key} = {s.Value}").Distinct())}."
                );
        }
        if (inequality.At.Count + inequality.ThanAt.Count > 0 && !Pairs(inequality, at).Any())
            throw new RunException(
                $"'{plan}' has no runs of {inequality.Of} and {inequality.Than} in its stage '{inequality.Stage}' that share all but what a claim names ({string.Join(", ", inequality.At.Concat(inequality.ThanAt).Select(s => $"{s.Key} = {s.Value}").Prepend("case"))}); name in at and than-at what else they differ in."
            );
        // Without seeds there is one number, which decides nothing.
        foreach (var name in sweep.Per.Where(p => p != SweepRun.Seed))
        {
            if (at.All(r => !r.Settings.ContainsKey(name)))
                throw new RunException(
                    $"'{plan}' has no setting '{name}', which '{sweep.Name}' takes numbers per; there are {string.Join(", ", at.SelectMany(r => r.Settings.Keys).Distinct())}."
                );
        }
    }

    private static double? Value(Measure measure, IReadOnlyList<SweepRun> runs, SweepRun run, SweepResults results)
    {
        if (results.Results.GetValueOrDefault(run.Number) is not { } result)
            return null;
        if (!measure.IsCost && !result.Test.ContainsKey(measure.Name))
            throw new RunException(
                $"'{results.Plan.Name}' measured no '{measure.Name}', which a claim is about; it measured {string.Join(", ", result.Test.Keys)}."
            );
        return measure.Of(result, results.Results.GetValueOrDefault(run.Chain(runs).First().Number));
    }
}
