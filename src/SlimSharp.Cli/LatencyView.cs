using SlimSharp.Experiments;
using SlimSharp.Latency;
using SlimSharp.Networks;

namespace SlimSharp.Cli;

/// <summary>Shows a cut to a latency: its layers by the table, and what was measured.</summary>
internal static class LatencyView
{
    internal static void Show(Screen screen, PlannedLatency planned)
    {
        Explain(screen, planned);
        if (planned.Measured is { } measured)
            Conclude(screen, planned, measured.Before, measured.After);
        else
            screen.Say(
                $"The table is of {planned.Table.Machine}: {Words.Number(planned.Table.Milliseconds(planned.Layers), "F3")} ms before, {Words.Number(planned.Table.Milliseconds(LayerUse.Of(planned.Plan.Target())), "F3")} ms after the cut, as sums of layers. Measure the file there."
            );
    }

    private static void Explain(Screen screen, PlannedLatency planned)
    {
        var (goal, table) = (planned.Goal, planned.Table);
        var after = LayerUse.Of(planned.Plan.Target()).ToDictionary(l => l.Node);
        var rows = planned
            .Layers.Where(l => l.Macs > 0)
            .Select(l => (Before: l, After: after.GetValueOrDefault(l.Node)))
            .Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Before.Node,
                        $"{r.Before.Kind}",
                        Widths(r.Before, r.After),
                        Words.Number(table.Milliseconds(r.Before), "F3"),
                        r.After is null ? "" : Words.Number(table.Milliseconds(r.After), "F3"),
                        $"{table.NarrowestThatPays(r.Before, (r.After ?? r.Before).Reads)}",
                        r.After is null ? "goes with its block"
                        : r.After.Reads == r.Before.Reads && r.After.Makes == r.Before.Makes ? "not worth cutting"
                        : "",
                    ]
            );
        screen.Table(
            $"Milliseconds of layers in {table.Runtime}, batch {goal.Batch}, {goal.Threads} threads; channels are computed {Math.Max(table.Step, 1)} at a time:",
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

    private static void Conclude(Screen screen, PlannedLatency planned, double before, double after)
    {
        var (goal, plan, miss) = (planned.Goal, planned.Plan, planned.Miss!.Value);
        var (macs, left) = (NetworkCost.Of(plan.Source).Macs, NetworkCost.Of(plan.Target()).Macs);
        screen.Say(
            $"Measured, turn by turn, {PlannedLatency.Runs} runs: {Words.Number(before, "F3")} ms before, {Words.Number(after, "F3")} ms after the cut ({Words.Number(before / after, "F2")}× as fast at {Words.Number((double)macs / left, "F2")}× fewer MACs); {Off(miss)}."
        );
        if (Math.Abs(miss) > PlannedLatency.Tolerance)
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
