using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>
/// Plans to a latency: by a table, then corrected by what the planned network takes. The table's layers were timed one
/// by one, so the whole may differ from their sum by a factor that a measurement or two find.
/// </summary>
internal sealed class LatencyPlanning(LatencyGoal goal, Model model, Journal journal)
{
    private const int Attempts = 4;
    private const double CloseEnough = 0.04;

    private readonly LatencyTable _table = new LatencyTables(goal.Table, goal.Threads, goal.Batch, journal).For(
        model.Network
    );

    /// <summary>
    /// The plan whose network comes closest to the goal; measured, unless the table is of another machine.
    /// </summary>
    internal PlannedLatency Plan(PlanOptions options, Evidence? evidence)
    {
        var layers = LayerUse.Of(model.Network);
        var sum = _table.Milliseconds(layers);
        SlimmingPlan With(double milliseconds) =>
            LatencyPlanner.Plan(
                model,
                options with
                {
                    Target = new PlanTarget.Latency(milliseconds),
                },
                _table,
                goal.Choice,
                evidence
            );
        PlannedLatency Planned(SlimmingPlan plan) => new(goal, plan, _table, [.. layers]);
        if (!_table.IsOfThisMachine)
            return Planned(With(goal.Of(sum)));
        var factor = Time(model.Network, null).Before / sum;
        PlannedLatency? best = null;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var plan = With(goal.Of(best?.Measured?.Before ?? factor * sum) / factor);
            var timed = Time(model.Network, plan.Target());
            var tried = Planned(plan) with { Measured = timed };
            if (best is null || Regret(tried) < Regret(best))
                best = tried;
            if (
                Math.Abs(tried.Miss!.Value) < CloseEnough
                || (tried.Miss < 0 && plan.Groups.All(g => g.Kept.Length == g.Units))
            )
                break;
            factor = timed.After / _table.Milliseconds(LayerUse.Of(plan.Target()));
        }
        return best!;
    }

    // Too slow is worse than too fast: the goal is a limit.
    private static double Regret(PlannedLatency tried) =>
        tried.IsMissed ? 1 + tried.Miss!.Value : Math.Abs(tried.Miss!.Value);

    // Both in turns, so that the ratio holds whatever else the machine does; without a second one just the first.
    private (double Before, double After) Time(Network before, Network? after)
    {
        var timings = LatencyRace.Onnx(
            (after is null ? [before] : (Network[])[before, after]).Select(LayerUse.Drawn),
            goal.Batch,
            goal.Threads,
            PlannedLatency.Runs,
            journal.Progress("measuring the network")
        );
        return (timings[0].Median, timings[^1].Median);
    }
}
