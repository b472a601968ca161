using System.Collections.Immutable;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>
/// What each round cuts of what is left, so that of the whole network as much is gone as it is to reach.
/// </summary>
/// <param name="network">The whole network.</param>
internal sealed class RoundGoals(Network network)
{
    private readonly NetworkCost _whole = NetworkCost.Of(network);
    private readonly ImmutableSortedDictionary<string, int> _widths = ChannelGroups
        .Of(network)
        .ToImmutableSortedDictionary(g => g.Name, g => g.Units, StringComparer.Ordinal);
    private bool _isCut;
    private int _removed; // channels, in all rounds before

    /// <summary>How the next round cuts.</summary>
    /// <param name="options">Of all rounds.</param>
    /// <param name="target">What is to be reached, as a share of the whole.</param>
    /// <param name="now">What is left.</param>
    internal PruningOptions Next(IterationOptions options, PlanTarget target, Network now)
    {
        var cost = NetworkCost.Of(now);
        var asked = options.Pruning(target);
        var plan = asked.Plan;
        // The cap is on what goes in all rounds together.
        if (_isCut && plan.Cap is { } cap)
            plan = plan with { Cap = cap with { Widths = _widths } };
        var removed = _removed;
        return asked with
        {
            Plan = plan with
            {
                Target = target switch
                {
                    PlanTarget.Macs macs => new PlanTarget.Macs(Left(macs.Share, _whole.Macs, cost.Macs)),
                    PlanTarget.Parameters parameters => new PlanTarget.Parameters(
                        Left(parameters.Share, _whole.Parameters, cost.Parameters)
                    ),
                    var other => other,
                },
            },
            TargetOf = target is PlanTarget.Ratio ratio ? judged => Count(ratio.Share, removed, judged) : null,
            Asked = asked.Plan,
        };
    }

    /// <summary>Takes note of what a round cut.</summary>
    internal void Add(SlimmingPlan plan) =>
        (_isCut, _removed) = (true, _removed + plan.Groups.Sum(g => g.Units - g.Kept.Length));

    private static double Left(double share, long all, long left) => Math.Min(share * all / left, 1);

    // So that of all channels ⌊share·all⌋ are gone; a ratio of that many, cut by the strict rule.
    private static PlanTarget Count(double share, int removed, int judged)
    {
        var goes = Math.Min((int)Math.Floor((judged + removed) * share + 1e-6) - removed, judged - 1);
        return goes < 1 ? new PlanTarget.Macs(1) : new PlanTarget.Ratio((goes - 0.5) / judged);
    }
}
