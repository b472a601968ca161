using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// The control that any choice of widths must beat: the same share of every layer, at as many multiply-adds. Tokens go
/// as in the plan.
/// </summary>
public static class UniformControl
{
    private const int Steps = 1000;

    /// <summary>
    /// The plan with the largest uniform widths that needs no more multiply-adds than <paramref name="plan"/>; channels
    /// go by the same criterion.
    /// </summary>
    /// <exception cref="PlanException">Even the least widths need more.</exception>
    public static SlimmingPlan Like(Model model, SlimmingPlan plan, Evidence? evidence = null)
    {
        var most = NetworkCost.Of(plan.Target()).Macs;
        SlimmingPlan With(int step) => PlanFor(step) with { Tokens = plan.Tokens };
        SlimmingPlan PlanFor(int step) =>
            Planner.Plan(
                model,
                plan.Options with
                {
                    Target = new PlanTarget.Ratio((double)step / Steps, PerLayer: true),
                    EmptyBlocks = false,
                    DropShifts = false,
                },
                evidence
            );
        var (below, above) = (-1, Steps - 1);
        if (NetworkCost.Of(With(above).Target()).Macs > most)
            throw new PlanException("No uniform widths need as few multiply-adds as this plan.");
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            (below, above) = NetworkCost.Of(With(middle).Target()).Macs <= most ? (below, middle) : (middle, above);
        }
        return With(above);
    }
}
