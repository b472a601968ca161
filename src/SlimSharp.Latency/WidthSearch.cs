using SlimSharp.Slimming;

namespace SlimSharp.Latency;

/// <summary>The search for widths of some groups.</summary>
internal sealed class WidthSearch
{
    private const int Stages = 24;
    private const int Polishing = 12;
    private const double Narrower = 0.7;
    private const double Wider = 1.5;

    private readonly IReadOnlyList<Candidate> _candidates;
    private readonly double _target;
    private readonly WidthTimes _times;
    private readonly int[] _full;
    private readonly int[][] _widths;
    private readonly double[][] _losses;

    internal WidthSearch(PlanningStage stage, LatencyTable table, double target)
    {
        (Stage, _candidates, _target) = (stage, stage.Candidates, target);
        _times = new(((NetworkGraph)stage.Graph).Network, [.. _candidates.Select(c => c.Group)], table);
        _full = [.. _candidates.Select(c => c.Group.Units)];
        _widths = [.. _candidates.Select(c => c.Widths().ToArray())];
        _losses = [.. _candidates.Select(Losses)];
    }

    internal PlanningStage Stage { get; }

    internal ChannelPlan ByThreshold()
    {
        double[] scales =
        [
            .. _candidates.Where(c => c.MayGo && c.Importance is not null).SelectMany(c => c.Importance!).Order(),
        ];
        double Time(double threshold) => _times.Of([.. _candidates.Select(c => c.Decide(threshold).Kept.Length)]);
        if (_times.Of(_full) <= _target)
            return Stage.Decide(-1);
        if (Time(scales[^1]) is var least && least > _target)
            throw OutOfReach(least);
        var (below, above) = (-1, scales.Length - 1);
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            (below, above) = Time(scales[middle]) <= _target ? (below, middle) : (middle, above);
        }
        return Stage.Decide(scales[above]);
    }

    internal ChannelPlan ByKnapsack() => Decide(TrySolve() ?? throw OutOfReach());

    /// <summary>How many units of each group stay, with the least loss; null if no widths reach the target.</summary>
    internal int[]? TrySolve() => Least > _target ? null : Solve();

    internal ChannelPlan Decide(int[] kept) =>
        Stage.Decide([
            .. _candidates.Select(
                (c, g) => kept[g] == c.Group.Units ? c.KeepAll() : c.Keep(kept[g], new(PlanReasonKind.LeastLoss))
            ),
        ]);

    internal double Loss(int[] kept) => kept.Select((k, g) => _losses[g][k]).Sum();

    internal PlanException OutOfReach(double? least = null) =>
        new(
            FormattableString.Invariant(
                $"{_target:G3} ms cannot be reached: with what must stay, the table of latencies says {least ?? Least:G3} ms."
            )
        );

    private double Least => _times.Of([.. _widths.Select(w => w[0])]);

    private int[] Solve()
    {
        var (kept, first) = ((int[])_full.Clone(), _times.Of(_full));
        if (first <= _target)
            return kept;
        for (var stage = 1; stage <= Stages; stage++)
            kept = Step(kept, first * Math.Pow(_target / first, (double)stage / Stages));
        // Sums of small changes are not quite the whole change: aim a little lower or higher until the target is met
        // from below.
        var (best, aim) = ((int[]?)null, _target);
        for (var i = 0; i < Polishing; i++)
        {
            kept = Step(kept, aim);
            var time = _times.Of(kept);
            if (time <= _target && (best is null || Loss(kept) < Loss(best)))
                best = (int[])kept.Clone();
            aim += 0.7 * (_target - time);
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
                        widths.Select(w => new Knapsack.Item(_times.Change(kept, g, w), _losses[g][w])).ToArray()
                ),
            ],
            capacity - _times.Of(kept)
        );
        return [.. chosen.Select((c, g) => reach[g][c])];
    }

    // One width after another, where it costs the least for what it brings, until the target is reached.
    private int[] Lowered(int[] kept)
    {
        while (_times.Of(kept) > _target)
        {
            var (group, width, least) = (-1, 0, double.PositiveInfinity);
            for (var g = 0; g < kept.Length; g++)
            {
                foreach (var w in _widths[g].Where(w => w < kept[g]))
                {
                    var price = (_losses[g][w] - _losses[g][kept[g]]) / -_times.Change(kept, g, w);
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
            var (group, width, most, room) = (-1, 0, 0.0, _target - _times.Of(kept));
            for (var g = 0; g < kept.Length; g++)
            {
                foreach (var w in _widths[g].Where(w => w > kept[g]))
                {
                    var (gain, cost) = (_losses[g][kept[g]] - _losses[g][w], _times.Change(kept, g, w));
                    if (cost <= room && gain > 0 && gain / Math.Max(cost, 1e-9) > most)
                        (group, width, most) = (g, w, gain / Math.Max(cost, 1e-9));
                }
            }
            if (group < 0)
                return kept;
            kept[group] = width;
        }
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
