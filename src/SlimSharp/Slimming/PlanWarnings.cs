using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>What should be known of a plan before anything is cut.</summary>
internal static class PlanWarnings
{
    /// <summary>Only scales as they are have a gap that a penalty made.</summary>
    internal static bool ShowGap(PlanOptions options) =>
        options.Criterion == ScaleCriterion.Text && options.Normalized != true && options.Jitter is null;

    internal static IEnumerable<PlanWarning> Of(ChannelPlan plan, PlanOptions options)
    {
        GroupPlan[] emptied = [.. plan.Groups.Where(p => p.Why.Kind == PlanReasonKind.Emptied)];
        foreach (var rescued in emptied)
            yield return new(PlanWarning.EmptiedLayer, $"'{rescued.Group}' {rescued.Why}.");
        if (
            emptied.Length > 0
            && options.Criterion != ScaleCriterion.Text
            && !CriterionKind.IsNormalized(options, plan.Graph)
        )
            yield return new(
                PlanWarning.NotNormalized,
                $"{options.Criterion} compares layers of different size as they are; PlanOptions.Normalized compares what stands out in each, and PlanOptions.MinChannels keeps more."
            );
        if (ShowGap(options) && OfGap(plan) is { } ofGap)
            yield return ofGap;
    }

    // A channel of zero scale still carries its shift, which the layers behind it have learnt to expect.
    internal static IEnumerable<PlanWarning> OfConstants(SlimmingPlan plan, Weights weights)
    {
        using var wide = weights.Copy(torch.float64);
        using var slim = plan.Branches.IsEmpty ? null : DeadBranches.Of(plan).Slim(wide);
        using var folding = ConstantFolding.Of(plan, slim ?? wide);
        if (folding.Displacement is { } most && most.Deviations > Planner.DisplacementLimit)
            yield return new(
                PlanWarning.LostConstants,
                FormattableString.Invariant(
                    $"the channels to be cut carry constants from their shifts, without which the inputs of '{most.Node}' move by {most.Deviations:F2} of their standard deviation. "
                )
                    + $"Expect accuracy to fall until the cut network is recalibrated (Recalibration.Run) or retrained; cut less, or keep what can be kept with PlanOptions.Constants = fold."
            );
    }

    private static PlanWarning? OfGap(ChannelPlan plan)
    {
        var (removed, kept) = (new List<double>(), new List<double>());
        foreach (var (candidate, group) in plan.Candidates.Zip(plan.Groups))
        {
            if (!candidate.MayGo || candidate.IsBySilence)
                continue;
            kept.AddRange(group.Kept.Select(u => candidate.Importance![u]));
            removed.AddRange(group.Removed().Select(u => candidate.Importance![u]));
        }
        if (removed.Count == 0)
            return null;
        kept.Sort();
        var median = kept[kept.Count / 2];
        var inTheGap = removed.Count(r => r > Planner.GapShare * median);
        if (inTheGap == 0)
            return null;
        var (kind, where) = plan.Gap switch
        {
            null => (PlanWarning.NoGap, "the scales show no gap. "),
            { IsClear: true } gap when removed.Max() < gap.Above => (PlanWarning.LargeScales, ""), // within the gap
            { IsClear: true } gap => (PlanWarning.BeyondGap, $"the cut goes beyond the gap: {gap.InWords}. "),
            { } gap => (PlanWarning.NoGap, $"{gap.InWords}. "),
        };
        return new(
            kind,
            where
                + FormattableString.Invariant(
                    $"Of the {removed.Count:N0} channels to be cut, {inTheGap:N0} have scales up to {removed.Max():G3}, not small against the median kept scale of {median:G3}. "
                )
                + "Expect accuracy to collapse until retraining; cut less, or train longer or with a larger λ."
        );
    }
}
