using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Slimming;

namespace SlimSharp.Onnx;

/// <summary>
/// Plans a cut that a table of latencies says reaches <see cref="PlanOptions.Milliseconds"/>. Time is a function of two widths per layer, so it is
/// lowered in stages: in each, every group may change its width a little, times are taken as additive around where the last stage ended, and a
/// multiple-choice knapsack chooses. Widths lie on multiples of what the machine computes at a time, unless another rounding is asked for.
/// </summary>
public static class LatencyPlanner
{
    private const int Stages = 24;
    private const int Polishing = 12;
    private const double Narrower = 0.7;
    private const double Wider = 1.5;

    /// <summary>Plans by the weights of a trained model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">With <see cref="PlanOptions.Milliseconds"/> as the target.</param>
    /// <param name="table">How long layers take; it has to know all of the network (<see cref="LatencyGrid.With"/>).</param>
    /// <param name="choice">How widths are chosen.</param>
    /// <param name="sensitivity">Needed where the criterion asks for it.</param>
    /// <exception cref="PlanException">The options do not make sense, or the target cannot be reached.</exception>
    /// <exception cref="OnnxException">The table does not know a layer.</exception>
    public static SlimmingPlan Plan(
        Model model,
        PlanOptions options,
        LatencyTable table,
        WidthChoice choice = WidthChoice.LeastLoss,
        Sensitivity? sensitivity = null
    )
    {
        if (options.Milliseconds is not { } target)
            throw new PlanException("The latency planner needs a target in milliseconds.");
        if (options.RoundTo == 1)
            options = options with { RoundTo = Math.Max(table.Step, 1) };
        using var weights = model.CopyWeights();
        return Planner.Plan(model.Network, weights, options, sensitivity, Choose);

        ImmutableArray<GroupPlan> Choose(PlanningStage stage)
        {
            var times = new WidthTimes(stage.Network, [.. stage.Candidates.Select(c => c.Group)], table);
            var search = new Search(stage.Candidates, options, times, target);
            return choice == WidthChoice.Threshold ? search.ByThreshold(stage) : search.ByKnapsack(stage);
        }
    }

    /// <summary>The search for widths of some groups.</summary>
    private sealed class Search(Candidate[] candidates, PlanOptions options, WidthTimes times, double target)
    {
        private readonly int[] _full = [.. candidates.Select(c => c.Group.Units)];
        private readonly int[][] _widths = [.. candidates.Select(c => Widths(c, options))];
        private readonly double[][] _losses = [.. candidates.Select(Losses)];

        internal ImmutableArray<GroupPlan> ByThreshold(PlanningStage stage)
        {
            double[] scales =
            [
                .. candidates.Where(c => c.MayGo && c.Importance is not null).SelectMany(c => c.Importance!).Order(),
            ];
            double Time(double threshold) =>
                times.Of([.. candidates.Select(c => c.Decide(threshold, options).Kept.Length)]);
            if (times.Of(_full) <= target)
                return stage.Decide(-1, options);
            CheckReach(Time(scales[^1]));
            var (below, above) = (-1, scales.Length - 1);
            while (above - below > 1)
            {
                var middle = (below + above) / 2;
                (below, above) = Time(scales[middle]) <= target ? (below, middle) : (middle, above);
            }
            return stage.Decide(scales[above], options);
        }

        internal ImmutableArray<GroupPlan> ByKnapsack(PlanningStage stage)
        {
            CheckReach(times.Of([.. _widths.Select(w => w[0])]));
            var kept = Solve();
            return stage.Decide(
                [
                    .. candidates.Select(
                        (c, g) =>
                            c.MayGo
                                ? c.Keep(
                                    kept[g],
                                    kept[g] == c.Group.Units ? "all stay" : "the least loss for that time"
                                )
                                : c.Decide(-1, options)
                    ),
                ],
                options
            );
        }

        private void CheckReach(double least)
        {
            if (least > target)
                throw new PlanException(
                    FormattableString.Invariant(
                        $"{target:G3} ms cannot be reached: with what must stay, the table of latencies says {least:G3} ms."
                    )
                );
        }

        private int[] Solve()
        {
            var (kept, first) = ((int[])_full.Clone(), times.Of(_full));
            if (first <= target)
                return kept;
            for (var stage = 1; stage <= Stages; stage++)
                kept = Step(kept, first * Math.Pow(target / first, (double)stage / Stages));
            // Sums of small changes are not quite the whole change: aim a little lower or higher until the target is met from below.
            var (best, aim) = ((int[]?)null, target);
            for (var i = 0; i < Polishing; i++)
            {
                kept = Step(kept, aim);
                var time = times.Of(kept);
                if (time <= target && (best is null || Loss(kept) < Loss(best)))
                    best = (int[])kept.Clone();
                aim += 0.7 * (target - time);
            }
            return Filled(best ?? Lowered(kept));
        }

        // One round: every group within reach of its present width.
        private int[] Step(int[] kept, double capacity)
        {
            int[][] reach =
            [
                .. _widths.Select(
                    (widths, g) =>
                    {
                        var at = Array.IndexOf(widths, kept[g]);
                        return widths
                            .Where((w, i) => Math.Abs(i - at) <= 1 || w >= Narrower * kept[g] && w <= Wider * kept[g])
                            .ToArray();
                    }
                ),
            ];
            var chosen = Knapsack.Solve(
                [
                    .. reach.Select(
                        (widths, g) =>
                            widths.Select(w => new Knapsack.Item(times.Change(kept, g, w), _losses[g][w])).ToArray()
                    ),
                ],
                capacity - times.Of(kept)
            );
            return [.. chosen.Select((c, g) => reach[g][c])];
        }

        // One width after another, where it costs the least for what it brings, until the target is reached.
        private int[] Lowered(int[] kept)
        {
            while (times.Of(kept) > target)
            {
                var (group, width, least) = (-1, 0, double.PositiveInfinity);
                for (var g = 0; g < kept.Length; g++)
                {
                    foreach (var w in _widths[g].Where(w => w < kept[g]))
                    {
                        var price = (_losses[g][w] - _losses[g][kept[g]]) / -times.Change(kept, g, w);
                        if (price >= 0 && price < least)
                            (group, width, least) = (g, w, price);
                    }
                }
                if (group < 0)
                    return [.. _widths.Select(w => w[0])];
                kept[group] = width;
            }
            return kept;
        }

        // What the target still leaves room for, the most important for its time first.
        private int[] Filled(int[] kept)
        {
            while (true)
            {
                var (group, width, most, room) = (-1, 0, 0.0, target - times.Of(kept));
                for (var g = 0; g < kept.Length; g++)
                {
                    foreach (var w in _widths[g].Where(w => w > kept[g]))
                    {
                        var (gain, cost) = (_losses[g][kept[g]] - _losses[g][w], times.Change(kept, g, w));
                        if (cost <= room && gain > 0 && gain / Math.Max(cost, 1e-9) > most)
                            (group, width, most) = (g, w, gain / Math.Max(cost, 1e-9));
                    }
                }
                if (group < 0)
                    return kept;
                kept[group] = width;
            }
        }

        private double Loss(int[] kept) => kept.Select((k, g) => _losses[g][k]).Sum();

        private static int[] Widths(Candidate candidate, PlanOptions options)
        {
            var units = candidate.Group.Units;
            return candidate.MayGo
                ? [.. Enumerable.Range(1, units).Select(k => options.Width(k, units)).Distinct()]
                : [units];
        }

        // By how many units stay: the importance of those that go.
        private static double[] Losses(Candidate candidate)
        {
            var losses = new double[candidate.Group.Units + 1];
            if (!candidate.MayGo)
                return losses;
            double[] ascending = [.. candidate.Importance!.Order()];
            for (var gone = 1; gone <= ascending.Length; gone++)
                losses[ascending.Length - gone] = losses[ascending.Length - gone + 1] + ascending[gone - 1];
            return losses;
        }
    }
}
