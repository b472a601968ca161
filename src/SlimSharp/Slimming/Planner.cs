using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>Decides which channels go. Nothing is cut here.</summary>
public static class Planner
{
    /// <summary>A removed scale larger than this share of the median kept one means that there is no gap to cut in.</summary>
    public const double GapShare = 0.1;

    /// <summary>Why channels go that were not asked to.</summary>
    internal const string Unread = "no layer reads the others any more";

    /// <summary>Losing constants of more than this many standard deviations of the next BatchNorm's inputs is worth a warning.</summary>
    public const double DisplacementLimit = 0.5;

    /// <summary>Plans by the weights of a trained model, by default its scales.</summary>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(Model model, PlanOptions options, Sensitivity? sensitivity = null)
    {
        using var weights = model.CopyWeights();
        return Plan(model.Network, weights, options, sensitivity);
    }

    /// <summary>Plans by <paramref name="weights"/>, and by <paramref name="sensitivity"/> where the criterion asks for it.</summary>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(
        Network network,
        Weights weights,
        PlanOptions options,
        Sensitivity? sensitivity = null
    ) =>
        options.Target is not PlanTarget.Latency
            ? Plan(network, weights, options, sensitivity, null)
            : throw new PlanException("A latency is planned with a table of latencies, by the LatencyPlanner.");

    /// <summary>What stays, chosen elsewhere: from all groups, and from what is left once blocks are emptied of these groups.</summary>
    internal delegate (PlanningStage Stage, ImmutableArray<GroupPlan> Groups) Choice(
        PlanningStage first,
        Func<IEnumerable<Candidate>, PlanningStage> without
    );

    /// <summary>The same, where the widths are chosen elsewhere.</summary>
    internal static SlimmingPlan Plan(
        Network network,
        Weights weights,
        PlanOptions options,
        Sensitivity? sensitivity,
        Choice? choose
    )
    {
        options.Check();
        var criterion = CriterionKind.Make(options, sensitivity, network);
        CheckKeep(network, options);
        var prepared = options.Prepare(network);
        (options.Target as PlanTarget.Channels)?.CheckNames(prepared);
        var first = PlanningStage.Of(
            prepared,
            options.IsByZeros
                ? DeadBranches.Find(prepared, weights, ImmutableHashSet<string>.Empty, options.DropShifts)
                : [],
            weights,
            options,
            criterion
        );
        PlanningStage StageFor(double threshold)
        {
            if (!options.EmptyBlocks || double.IsNaN(threshold))
                return first;
            return With(first.BranchesEmptiedBy(threshold, prepared, weights, options));
        }
        PlanningStage With(ImmutableArray<BranchPlan> branches) =>
            branches.SequenceEqual(first.Branches)
                ? first
                : PlanningStage.Of(prepared, branches, weights, options, criterion);

        (options.Target as PlanTarget.Channels)?.CheckFree([.. first.Candidates.Select(c => (c.Group, c.Stays))]);
        var judged = first.Candidates.Where(c => c.MayGo && c.Importance is not null).ToArray();
        double[] scales = [.. judged.SelectMany(c => c.Importance!).Order()];
        if (scales.Length == 0 && !options.IsByZeros)
            throw new PlanException(
                $"No channel of {network.Name} may be cut: no group that is free to change has anything to judge by ({options.Criterion})."
                    + (
                        options.Criterion == ScaleCriterion.Text && NetworkCost.Of(network).Scales == 0
                            ? " It has no BatchNorm scales: give --criterion l1, or let slim import put some in with --restore-batchnorm."
                            : ""
                    )
            );
        if (scales.Any(double.IsNaN))
            throw new PlanException($"Some weights of {network.Name} are not numbers; the training has diverged.");

        var threshold =
            options.Target!.ByLayer || options.IsByZeros || choose is not null ? double.NaN
            : options.Target is PlanTarget.Ratio ratio ? scales[(int)Math.Floor(scales.Length * ratio.Share)]
            : Reach(NetworkCost.Of(prepared), StageFor, scales, options);
        var (stage, groups) = choose is null
            ? (StageFor(threshold), [])
            : choose(first, emptied => With(PlanningStage.BranchesWithout(emptied, prepared, weights, options)));
        if (choose is null)
            groups = stage.Decide(threshold, options);
        var largest = judged.Select(c => c.Importance!.Max()).DefaultIfEmpty().Min();
        var plan = new SlimmingPlan
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = options,
            Branches = stage.Branches,
            Groups = groups,
            Threshold = double.IsNaN(threshold) ? -1 : threshold,
            Scales = scales.Length,
            SafeScales = scales.Count(s => s < largest),
            Gap = ShowsGap(options) ? ScaleGap.Of(scales) : null,
        };
        return plan with { Warnings = [.. Warnings(stage.Candidates, plan), .. ConstantWarning(plan, weights)] };
    }

    /// <summary>The share of multiply-adds that would be left if all channels whose scales are not above that were cut.</summary>
    internal static double ShareAbove(Network network, Weights weights, double scale)
    {
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0) };
        var stage = PlanningStage.Of(network, [], weights, options, new ScaleCriterion());
        var cut = NetworkCut.Of(network, [.. stage.Candidates.Select(c => c.Group)], stage.Decide(scale, options));
        return (double)NetworkCost.Of(cut.Target).Macs / NetworkCost.Of(network).Macs;
    }

    // The least threshold with which the target is reached; what is left shrinks as the threshold grows.
    private static double Reach(
        NetworkCost before,
        Func<double, PlanningStage> stageFor,
        double[] scales,
        PlanOptions options
    )
    {
        var (target, isByMacs) = options.Target switch
        {
            PlanTarget.Macs macs => (macs.Share, true),
            PlanTarget.Parameters parameters => (parameters.Share, false),
            var other => throw new InvalidOperationException($"{other} is no share that is left."),
        };
        double Left(double threshold)
        {
            var stage = stageFor(threshold);
            var cut = NetworkCut.Of(
                stage.Network,
                [.. stage.Candidates.Select(c => c.Group)],
                stage.Decide(threshold, options)
            );
            var after = NetworkCost.Of(cut.Target);
            return isByMacs ? (double)after.Macs / before.Macs : (double)after.Parameters / before.Parameters;
        }

        if (Left(-1) <= target)
            return -1;
        if (Left(scales[^1]) is var least && least > target)
            throw new PlanException(
                FormattableString.Invariant(
                    $"At most {target:P1} of the {(isByMacs ? "MACs" : "parameters")} cannot be reached: with what must stay, {least:P1} is the least."
                )
            );
        var (below, above) = (-1, scales.Length - 1);
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            (below, above) = Left(scales[middle]) <= target ? (below, middle) : (middle, above);
        }
        return scales[above];
    }

    private static void CheckKeep(Network network, PlanOptions options)
    {
        foreach (var name in options.Keep)
        {
            if (!network.Nodes.Any(n => (options with { Keep = [name] }).Spares(n.Name)))
                throw new PlanException($"--keep {name} names no layer of {network.Name}.");
        }
    }

    // Only scales as they are have a gap that a penalty made.
    private static bool ShowsGap(PlanOptions options) =>
        options.Criterion == ScaleCriterion.Text && options.Normalized != true && options.Jitter is null;

    private static IEnumerable<PlanWarning> Warnings(Candidate[] candidates, SlimmingPlan made)
    {
        var plans = made.Groups;
        foreach (var rescued in plans.Where(p => p.Why.Contains("emptied", StringComparison.Ordinal)))
            yield return new(PlanWarning.EmptiedLayer, $"'{rescued.Group}' {rescued.Why}.");
        if (
            plans.Any(p => p.Why.Contains("emptied", StringComparison.Ordinal))
            && made.Options.Criterion != ScaleCriterion.Text
            && !CriterionKind.IsNormalized(made.Options, made.Source)
        )
            yield return new(
                PlanWarning.NotNormalized,
                $"{made.Options.Criterion} compares layers of different size as they are; --normalized compares what stands out in each, and --min-channels keeps more."
            );
        if (!ShowsGap(made.Options))
            yield break;
        var removed = new List<double>();
        var kept = new List<double>();
        foreach (var (candidate, plan) in candidates.Zip(plans))
        {
            if (!candidate.MayGo || candidate.Silent is not null)
                continue;
            kept.AddRange(plan.Kept.Select(u => candidate.Importance![u]));
            removed.AddRange(plan.Removed().Select(u => candidate.Importance![u]));
        }
        if (removed.Count == 0)
            yield break;
        kept.Sort();
        var median = kept[kept.Count / 2];
        var inTheGap = removed.Count(r => r > GapShare * median);
        if (inTheGap == 0)
            yield break;
        var (kind, where) = made.Gap switch
        {
            null => (PlanWarning.NoGap, "the scales show no gap. "),
            { IsClear: true } gap when removed.Max() < gap.Above => (PlanWarning.LargeScales, ""), // within the gap
            { IsClear: true } gap => (PlanWarning.BeyondGap, $"the cut goes beyond the gap: {gap.InWords}. "),
            { } gap => (PlanWarning.NoGap, $"{gap.InWords}. "),
        };
        yield return new(
            kind,
            where
                + FormattableString.Invariant(
                    $"Of the {removed.Count:N0} channels to be cut, {inTheGap:N0} have scales up to {removed.Max():G3}, not small against the median kept scale of {median:G3}. "
                )
                + "Expect accuracy to collapse until retraining; cut less, or train longer or with a larger λ."
        );
    }

    // A channel of zero scale still carries its shift, which the layers behind it have learnt to expect.
    private static IEnumerable<PlanWarning> ConstantWarning(SlimmingPlan plan, Weights weights)
    {
        using var wide = weights.Copy(torch.float64);
        using var slim = plan.Branches.IsEmpty ? null : DeadBranches.Of(plan).Slim(wide);
        using var folding = ConstantFolding.Of(plan, slim ?? wide);
        if (folding.Displacement is { } most && most.Deviations > DisplacementLimit)
            yield return new(
                PlanWarning.LostConstants,
                FormattableString.Invariant(
                    $"the channels to be cut carry constants from their shifts, without which the inputs of '{most.Node}' move by {most.Deviations:F2} of their standard deviation. "
                )
                    + "Expect accuracy to fall until the cut network is recalibrated (--recalibrate) or retrained; cut less, or keep what can be kept with --constants fold."
            );
    }
}
