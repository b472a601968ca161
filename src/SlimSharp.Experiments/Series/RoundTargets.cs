using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>What is to be reached after each of several rounds, as shares of the whole network.</summary>
public static class RoundTargets
{
    private const int Most = 100;

    /// <summary>
    /// Of multiply-adds or parameters each round leaves the same share of what is left. Of channels
    /// (<see cref="PlanTarget.Ratio"/>) each removes as many; how many of N that are judged in all is ⌊N·share⌋.
    /// </summary>
    /// <param name="target">What is to be reached in the end.</param>
    /// <param name="rounds">From 1 to 100.</param>
    /// <param name="published">
    /// Channels go by the shares of OrthoReg's released code (<see cref="RoundSchedule.Of"/>): most in the first round.
    /// </param>
    /// <exception cref="ExperimentException">That is no target of rounds.</exception>
    /// <exception cref="PlanException">The target is out of range.</exception>
    public static IReadOnlyList<PlanTarget> Of(PlanTarget target, int rounds, bool published = false)
    {
        if (rounds is < 1 or > Most)
            throw new ExperimentException($"There are {rounds} rounds, but must be from 1 to {Most}.");
        new PlanOptions { Target = target }.Check();
        if (published && target is not PlanTarget.Ratio)
            throw new ExperimentException(
                "The published order of rounds is one of shares of channels; give PlanTarget.Ratio."
            );
        IEnumerable<double> Powers(double share) =>
            Enumerable.Range(1, rounds).Select(k => Math.Pow(share, (double)k / rounds));
        return target switch
        {
            PlanTarget.Macs macs => [.. Powers(macs.Share).Select(s => new PlanTarget.Macs(s))],
            PlanTarget.Parameters parameters => [.. Powers(parameters.Share).Select(s => new PlanTarget.Parameters(s))],
            PlanTarget.Ratio { PerLayer: false, Share: > 0 } ratio =>
            [
                .. Gone(RoundSchedule.Of(ratio.Share, rounds, published)).Select(g => new PlanTarget.Ratio(g)),
            ],
            PlanTarget.Ratio => throw new ExperimentException(
                "Rounds remove a share of all channels above 0 (PlanTarget.Ratio), not one of each layer's."
            ),
            _ => throw new ExperimentException(
                "Rounds reach a share of multiply-adds, of parameters or of channels, and no other target."
            ),
        };
    }

    /// <summary>After each round that share of all channels is gone.</summary>
    /// <param name="gone">Ascending shares in (0, 1), one per round.</param>
    /// <exception cref="ExperimentException">There is none, there are too many, or they do not ascend.</exception>
    public static IReadOnlyList<PlanTarget> Until(params IReadOnlyList<double> gone)
    {
        if (
            gone.Count is < 1 or > Most
            || !gone.All(g => g is > 0 and < 1)
            || gone.Zip(gone.Skip(1)).Any(g => g.First >= g.Second)
        )
            throw new ExperimentException(
                FormattableString.Invariant(
                    $"RoundTargets.Until takes shares in (0, 1) that ascend, one for each of at most {Most} rounds, such as 0.1,0.5,0.8; not {string.Join(',', gone.Select(g => FormattableString.Invariant($"{g}")))}."
                )
            );
        return [.. Gone(RoundSchedule.Until(gone)).Select(g => new PlanTarget.Ratio(g))];
    }

    // Of all, of what goes of what is left; without what rounding adds.
    private static IEnumerable<double> Gone(IEnumerable<double> shares)
    {
        var left = 1.0;
        foreach (var share in shares)
            yield return Math.Round(1 - (left *= 1 - share), 12);
    }
}
