using SlimSharp.Models;
using SlimSharp.Onnx;
using SlimSharp.Slimming;

namespace SlimSharp.Latency;

/// <summary>
/// Plans a cut that a table of latencies says reaches a <see cref="PlanTarget.Latency"/>. Time is a function of two
/// widths per layer, so it is lowered in stages: in each, every group may change its width a little, times are taken as
/// additive around where the last stage ended, and a multiple-choice knapsack chooses. Widths lie on multiples of what
/// the machine computes at a time, unless another rounding is asked for.
/// </summary>
public static class LatencyPlanner
{
    /// <summary>Plans by the weights of a trained model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">With <see cref="PlanTarget.Latency"/> as the target.</param>
    /// <param name="table">
    /// How long layers take; it has to know all of the network (<see cref="LatencyGrid.With"/>).
    /// </param>
    /// <param name="choice">How widths are chosen.</param>
    /// <param name="evidence">What was measured, where the criterion asks for it.</param>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    /// <exception cref="OnnxException">The table does not know a layer.</exception>
    public static SlimmingPlan Plan(
        Model model,
        PlanOptions options,
        LatencyTable table,
        WidthChoice choice = WidthChoice.LeastLoss,
        Evidence? evidence = null
    )
    {
        if (options.Target is not PlanTarget.Latency { Milliseconds: var target })
            throw new PlanException("The latency planner needs a PlanTarget.Latency as its target.");
        if (options.RoundTo == 1)
            options = options with { RoundTo = Math.Max(table.Step, 1) };
        return Planner.Plan(model, options, Choose, evidence);

        ChannelPlan Choose(PlanningStage first)
        {
            WidthSearch On(PlanningStage stage) => new(stage, table, target);
            if (choice == WidthChoice.Threshold)
                return On(first).ByThreshold();
            if (!options.EmptyBlocks)
                return On(first).ByKnapsack();
            var (best, emptied) = (On(first), 0.0);
            var kept = best.TrySolve();
            foreach (var (stage, loss) in Emptied(first, table))
            {
                var search = On(stage);
                if (
                    search.TrySolve() is not { } other
                    || kept is not null && loss + search.Loss(other) >= emptied + best.Loss(kept)
                )
                    continue;
                (best, kept, emptied) = (search, other, loss);
            }
            return best.Decide(kept ?? throw best.OutOfReach());
        }
    }

    // Ever fewer blocks: those go first that lose the least importance for the time that they take.
    private static IEnumerable<(PlanningStage Stage, double Loss)> Emptied(PlanningStage first, LatencyTable table)
    {
        double Time(PlanningStage stage) => table.Milliseconds(LayerUse.Of(((NetworkGraph)stage.Graph).Network));
        double Importance(PlanningStage stage) => stage.Candidates.Where(c => c.MayGo).Sum(c => c.Importance!.Sum());
        var (time, importance) = (Time(first), Importance(first));
        var blocks = new List<(Candidate Candidate, double Price)>();
        foreach (var candidate in first.Candidates.Where(c => c.MayGo))
        {
            var rest = first.Without([candidate]);
            if (rest.Branches.Length > first.Branches.Length && Time(rest) is var left && left < time)
                blocks.Add((candidate, (importance - Importance(rest)) / (time - left)));
        }
        var gone = new List<Candidate>();
        foreach (var (candidate, _) in blocks.OrderBy(b => b.Price))
        {
            gone.Add(candidate);
            var stage = first.Without(gone);
            yield return (stage, importance - Importance(stage));
        }
    }
}
