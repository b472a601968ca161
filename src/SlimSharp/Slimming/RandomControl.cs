using SlimSharp.Data;

namespace SlimSharp.Slimming;

/// <summary>The control that any importance must beat: as many channels of every layer, chosen at random.</summary>
public static class RandomControl
{
    /// <summary>A plan with the widths of <paramref name="plan"/> and random channels, a function of the seed.</summary>
    public static SlimmingPlan Like(SlimmingPlan plan, long seed) =>
        plan with
        {
            Groups =
            [
                .. plan.Groups.Select(g =>
                {
                    var order = new Randomness(
                        seed,
                        Randomness.Name("random control"),
                        Randomness.Name(g.Group)
                    ).Permutation(g.Units);
                    return g with { Kept = [.. order.Take(g.Kept.Length).Order()], Why = "at random" };
                }),
            ],
            Warnings = [],
        };
}
