namespace SlimSharp.Slimming;

/// <summary>The threshold on importance that reaches a target.</summary>
internal static class ThresholdSearch
{
    /// <summary>What is not more important is to go; −1 where nothing has to.</summary>
    /// <exception cref="PlanException">No threshold reaches it.</exception>
    internal static double Find(PlanningStage first, PlanTarget target)
    {
        double[] scales = [.. first.Candidates.Where(c => c.MayGo).SelectMany(c => c.Ranked ?? []).Order()];
        var before = first.Graph.Cost;
        return target switch
        {
            PlanTarget.Ratio ratio => Finite(scales[(int)Math.Floor(scales.Length * ratio.Share)], scales),
            PlanTarget.Macs macs => Reach(
                t => (double)Cut(first, t).Cost.Macs / before.Macs,
                scales,
                macs.Share,
                "MACs"
            ),
            PlanTarget.Parameters parameters => Reach(
                t => (double)Cut(first, t).Cost.Parameters / before.Parameters,
                scales,
                parameters.Share,
                "parameters"
            ),
            _ => throw new InvalidOperationException($"{target} is reached by no threshold."),
        };
    }

    private static IChannelGraph Cut(PlanningStage first, double threshold)
    {
        var stage = first.At(threshold);
        return stage.Graph.Cut(stage.Decide(threshold).Groups);
    }

    // What is left shrinks as the threshold grows.
    private static double Reach(Func<double, double> left, double[] scales, double target, string what)
    {
        if (left(-1) <= target)
            return -1;
        if (left(scales[^1]) is var least && least > target)
            throw new PlanException(
                FormattableString.Invariant(
                    $"At most {target:P1} of the {what} cannot be reached: with what must stay, {least:P1} is the least."
                )
            );
        var (below, above) = (-1, scales.Length - 1);
        while (above - below > 1)
        {
            var middle = (below + above) / 2;
            (below, above) = left(scales[middle]) <= target ? (below, middle) : (middle, above);
        }
        return Finite(scales[above], scales);
    }

    // Behind the last that may go nothing does.
    private static double Finite(double threshold, double[] scales) =>
        double.IsFinite(threshold) ? threshold : scales.Where(double.IsFinite).DefaultIfEmpty(-1).Max();
}
