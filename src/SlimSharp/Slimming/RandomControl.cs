namespace SlimSharp.Slimming;

/// <summary>
/// The control that any importance must beat: as many channels of every layer, chosen at random. Tokens go as planned.
/// </summary>
public static class RandomControl
{
    /// <summary>
    /// A plan with the widths of <paramref name="plan"/> and random channels, a function of the seed. Where layers
    /// select from a trunk, which of its channels go unread is chance, too.
    /// </summary>
    public static SlimmingPlan Like(SlimmingPlan plan, long seed)
    {
        GroupPlan[] random = [.. plan.Groups.Select(g => AtRandom(g, seed))];
        return plan with
        {
            Groups = [.. new NetworkGraph(plan.Prepared()).WithoutUnread(random, plan.Options)],
            Warnings = [],
        };
    }

    private static GroupPlan AtRandom(GroupPlan plan, long seed)
    {
        var count = (plan.Wanted ?? plan.Kept).Length;
        var why = count == plan.Units ? plan.Why : new PlanReason(PlanReasonKind.AtRandom); // where all stay, why
        var order = new Randomness(seed, Randomness.Name("random control"), Randomness.Name(plan.Group)).Permutation(
            plan.Units
        );
        return new(plan.Group, plan.Units, [.. order.Take(count).Order()], why);
    }
}
