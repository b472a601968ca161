using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Cli;

/// <summary>
/// Plans to a latency: by a table, then corrected by what the planned network takes. The table's layers were timed one
/// by one, so the whole may differ from their sum by a factor that a measurement or two find.
/// </summary>
internal sealed class LatencyPlanning(Screen screen, LatencyGoal goal, Model model)
{
    private const int Runs = 100;
    private const int Attempts = 4;
    private const double CloseEnough = 0.04;

    /// <summary>How far from the goal a measured network may be.</summary>
    internal const double Tolerance = 0.1;

    private readonly LatencyTable _table = new LatencyTables(screen, goal.Table, goal.Threads, goal.Batch).For(
        model.Network
    );

    /// <summary>
    /// The plan whose network comes closest to the goal, and how far off it was measured; null where the table is of
    /// another machine.
    /// </summary>
    internal (SlimmingPlan Plan, double? Miss) Plan(PlanOptions options, Evidence? evidence)
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
        if (!_table.IsOfThisMachine)
        {
            var forecast = With(goal.Of(sum));
            Explain(forecast, layers);
            screen.Say(
                $"The table is of {_table.Machine}: {Words.Number(sum, "F3")} ms before, {Words.Number(_table.Milliseconds(LayerUse.Of(forecast.Target())), "F3")} ms after the cut, as sums of layers. Measure the file there."
            );
            return (forecast, null);
        }
        var factor = Time(model.Network, null).Before / sum;
        (SlimmingPlan Plan, double Before, double After, double Miss)? best = null;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var plan = With(goal.Of(best?.Before ?? factor * sum) / factor);
            var (before, after) = Time(model.Network, plan.Target());
            var miss = after / goal.Of(before) - 1;
            if (best is null || Regret(miss) < Regret(best.Value.Miss))
                best = (plan, before, after, miss);
            if (Math.Abs(miss) < CloseEnough || miss < 0 && plan.Groups.All(g => g.Kept.Length == g.Units))
                break;
            factor = after / _table.Milliseconds(LayerUse.Of(plan.Target()));
        }
        Explain(best!.Value.Plan, layers);
        Conclude(best.Value.Plan, best.Value.Before, best.Value.After, best.Value.Miss);
        return (best.Value.Plan, best.Value.Miss);
    }

    // Too slow is worse than too fast: the goal is a limit.
    private static double Regret(double miss) => miss > Tolerance ? 1 + miss : Math.Abs(miss);

    // Both in turns, so that the ratio holds whatever else the machine does; without a second one just the first.
    private (double Before, double After) Time(Network before, Network? after)
    {
        var timings = LatencyRace.Onnx(
            (after is null ? [before] : (Network[])[before, after]).Select(LayerUse.Drawn),
            goal.Batch,
            goal.Threads,
            Runs,
            new ProgressLine(screen, "measuring the network").Show
        );
        return (timings[0].Median, timings[^1].Median);
    }

    private void Explain(SlimmingPlan plan, IReadOnlyList<LayerUse> layers)
    {
        var after = LayerUse.Of(plan.Target()).ToDictionary(l => l.Node);
        var rows = layers
            .Where(l => l.Macs > 0)
            .Select(l => (Before: l, After: after.GetValueOrDefault(l.Node)))
            .Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Before.Node,
                        $"{r.Before.Kind}",
                        Widths(r.Before, r.After),
                        Words.Number(_table.Milliseconds(r.Before), "F3"),
                        r.After is null ? "" : Words.Number(_table.Milliseconds(r.After), "F3"),
                        $"{_table.NarrowestThatPays(r.Before, (r.After ?? r.Before).Reads)}",
                        r.After is null ? "goes with its block"
                        : r.After.Reads == r.Before.Reads && r.After.Makes == r.Before.Makes ? "not worth cutting"
                        : "",
                    ]
            );
        screen.Table(
            $"Milliseconds of layers in {_table.Runtime}, batch {goal.Batch}, {goal.Threads} threads; channels are computed {Math.Max(_table.Step, 1)} at a time:",
            ["layer", "kind", "channels", "before", "after", "pays down to", ""],
            rows,
            1,
            2,
            6
        );
    }

    private static string Widths(LayerUse before, LayerUse? after)
    {
        var was = $"{before.Reads} → {before.Makes}";
        if (after is null)
            return was;
        var now = $"{after.Reads} → {after.Makes}";
        return was == now ? was : $"{was}  now {now}";
    }

    private void Conclude(SlimmingPlan plan, double before, double after, double miss)
    {
        var (macs, left) = (NetworkCost.Of(plan.Source).Macs, NetworkCost.Of(plan.Target()).Macs);
        screen.Say(
            $"Measured, turn by turn, {Runs} runs: {Words.Number(before, "F3")} ms before, {Words.Number(after, "F3")} ms after the cut ({Words.Number(before / after, "F2")}× as fast at {Words.Number((double)macs / left, "F2")}× fewer MACs); {Off(miss)}."
        );
        if (Math.Abs(miss) > Tolerance)
            screen.Warn(
                miss > 0
                    ? "the goal was missed by more than a tenth; ask for less, or for it again when the machine is quiet."
                    : "the network is faster than asked for by more than a tenth: the next wider one would be too slow, or the machine is not quiet."
            );
        screen.Emit(
            new()
            {
                ["millisecondsBefore"] = before,
                ["millisecondsAfter"] = after,
                ["goal"] = goal.Of(before),
                ["miss"] = miss,
                ["batch"] = goal.Batch,
                ["threads"] = goal.Threads,
            }
        );
    }

    private static string Off(double miss) =>
        $"{Words.Percent(Math.Abs(miss))} {(miss > 0 ? "slower" : "faster")} than asked for";
}
