using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;

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

    /// <summary>Plans by the scales of a trained model.</summary>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(Model model, PlanOptions options)
    {
        using var weights = model.CopyWeights();
        return Plan(model.Network, weights, options);
    }

    /// <summary>Plans by the scales among <paramref name="weights"/>.</summary>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    public static SlimmingPlan Plan(Network network, Weights weights, PlanOptions options)
    {
        options.Check();
        CheckKeep(network, options);
        var prepared = options.Prepare(network);
        var groups = ChannelGroups.Of(prepared);
        var selectedFrom = SelectedFrom(prepared);
        var candidates = groups.Select(g => Candidate.Of(g, prepared, weights, options, selectedFrom)).ToArray();
        IReadOnlyList<GroupPlan> Decide(double threshold) =>
            DeadChannels.Remove(prepared, groups, [.. candidates.Select(c => c.Decide(threshold, options))], options);
        double[] scales = [.. candidates.Where(c => c.MayGo).SelectMany(c => c.Importance!).Order()];
        if (scales.Length == 0)
            throw new PlanException(
                $"No channel of {network.Name} may be cut: no group has a BatchNorm scale and is free to change."
            );
        if (scales.Any(double.IsNaN))
            throw new PlanException($"Some scales of {network.Name} are not numbers; the training has diverged.");

        var threshold =
            options.PerLayer ? double.NaN
            : options.Ratio is { } ratio ? scales[(int)Math.Floor(scales.Length * ratio)]
            : Reach(prepared, groups, Decide, scales, options);
        ImmutableArray<GroupPlan> plans = [.. Decide(threshold)];
        var largest = candidates.Where(c => c.MayGo).Min(c => c.Importance!.Max());
        var plan = new SlimmingPlan
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = options,
            Groups = plans,
            Threshold = double.IsNaN(threshold) ? -1 : threshold,
            Scales = scales.Length,
            SafeScales = scales.Count(s => s < largest),
        };
        return plan with { Warnings = [.. Warnings(candidates, plans), .. ConstantWarning(plan, weights)] };
    }

    // The least threshold with which the target is reached; what is left shrinks as the threshold grows.
    private static double Reach(
        Network network,
        IReadOnlyList<ChannelGroup> groups,
        Func<double, IReadOnlyList<GroupPlan>> decide,
        double[] scales,
        PlanOptions options
    )
    {
        var before = NetworkCost.Of(network);
        double Left(double threshold)
        {
            var after = NetworkCost.Of(NetworkCut.Of(network, groups, decide(threshold)).Target);
            return options.Macs is null
                ? (double)after.Parameters / before.Parameters
                : (double)after.Macs / before.Macs;
        }

        var target = options.Macs ?? options.Parameters!.Value;
        if (Left(-1) <= target)
            return -1;
        if (Left(scales[^1]) is var least && least > target)
            throw new PlanException(
                FormattableString.Invariant(
                    $"At most {target:P1} of the {(options.Macs is null ? "parameters" : "MACs")} cannot be reached: with what must stay, {least:P1} is the least."
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

    // What a selection takes its channels from stays, unless nobody reads it any more.
    private static HashSet<string> SelectedFrom(Network network) =>
        [.. network.Nodes.Where(n => n.Layer is Select { Picks: true }).Select(n => n.Inputs[0])];

    private static void CheckKeep(Network network, PlanOptions options)
    {
        foreach (var name in options.Keep)
        {
            if (!network.Nodes.Any(n => (options with { Keep = [name] }).Spares(n.Name)))
                throw new PlanException($"--keep {name} names no layer of {network.Name}.");
        }
    }

    private static IEnumerable<string> Warnings(Candidate[] candidates, ImmutableArray<GroupPlan> plans)
    {
        var removed = new List<double>();
        var kept = new List<double>();
        foreach (var (candidate, plan) in candidates.Zip(plans))
        {
            if (!candidate.MayGo)
                continue;
            kept.AddRange(plan.Kept.Select(u => candidate.Importance![u]));
            removed.AddRange(plan.Removed().Select(u => candidate.Importance![u]));
        }
        if (removed.Count == 0)
            yield break;
        kept.Sort();
        var median = kept[kept.Count / 2];
        var inTheGap = removed.Count(r => r > GapShare * median);
        if (inTheGap > 0)
            yield return FormattableString.Invariant(
                $"the scales show no gap: {inTheGap:N0} of the {removed.Count:N0} channels to be cut have scales up to {removed.Max():G3}, "
            )
                + FormattableString.Invariant(
                    $"not small against the median kept scale of {median:G3}. Expect accuracy to collapse until retraining; cut less, or train longer or with a larger λ."
                );
        foreach (var rescued in plans.Where(p => p.Why.Contains("emptied", StringComparison.Ordinal)))
            yield return $"'{rescued.Group}' {rescued.Why}.";
    }

    // A channel of zero scale still carries its shift, which the layers behind it have learnt to expect.
    private static IEnumerable<string> ConstantWarning(SlimmingPlan plan, Weights weights)
    {
        using var wide = weights.Copy(TorchSharp.torch.float64);
        using var folding = ConstantFolding.Of(plan, wide);
        if (folding.Displacement is { } most && most.Deviations > DisplacementLimit)
            yield return FormattableString.Invariant(
                $"the channels to be cut carry constants from their shifts, without which the inputs of '{most.Node}' move by {most.Deviations:F2} of their standard deviation. "
            ) + "Expect accuracy to fall until retraining; cut less, or keep what can be kept with --constants fold.";
    }

    /// <summary>A group with the importance of its units.</summary>
    private sealed record Candidate(ChannelGroup Group, double[]? Importance, string? Stays)
    {
        internal bool MayGo => Stays is null;

        internal static Candidate Of(
            ChannelGroup group,
            Network network,
            Weights weights,
            PlanOptions options,
            HashSet<string> selectedFrom
        )
        {
            var importance = ScaleImportance.Of(group, network, weights, options.Reduction);
            var stays =
                group.FrozenBecause
                ?? (group.Channels.Keys.Any(options.Spares) ? "asked to be kept" : null)
                ?? (group.Channels.Keys.Any(selectedFrom.Contains) ? "layers select their channels from it" : null)
                ?? (importance is null ? "no BatchNorm scale to judge by" : null);
            return new(group, importance, stays);
        }

        internal GroupPlan Decide(double threshold, PlanOptions options)
        {
            if (Importance is null || !MayGo)
                return new(Group.Name, Group.Units, [.. Enumerable.Range(0, Group.Units)], Stays!);
            if (double.IsNaN(threshold))
                threshold = Importance.Order().ElementAt((int)Math.Floor(Group.Units * options.Ratio!.Value));
            var above = Importance.Count(i => i > threshold);
            var wanted = Math.Max(above, Math.Min(options.MinChannels, Group.Units));
            var rounded = options.Width(above, Group.Units);
            var kept = Enumerable.Range(0, Group.Units).OrderByDescending(u => Importance[u]).Take(rounded).Order();
            var why =
                above == 0 ? $"would be emptied; the {rounded} largest stay"
                : rounded > wanted ? $"{above} above the threshold, rounded to a multiple of {options.RoundTo}"
                : wanted > above ? $"{above} above the threshold, at least {wanted} stay"
                : "above the threshold";
            return new(Group.Name, Group.Units, [.. kept], why);
        }
    }
}
