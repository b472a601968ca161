namespace SlimSharp.Runs;

/// <summary>
/// Differences of pairs that share all but what is compared, such as two penalties with the same seed.
/// </summary>
public sealed class PairedDifference
{
    private const int MostFlips = 20; // pairs, of which all signs are gone through
    private const int Draws = 1 << MostFlips; // of signs, where there are more
    private const int Seed = 1935;

    private PairedDifference(double[] differences) => (Differences, Spread) = (differences, Spread.Of(differences));

    /// <summary>The differences, in the order of the pairs.</summary>
    public IReadOnlyList<double> Differences { get; }

    /// <summary>Their mean and standard deviation.</summary>
    public Spread Spread { get; }

    /// <summary>Of pairs of values: the first minus the second.</summary>
    /// <exception cref="ArgumentException">There are fewer than two pairs, or not as many of each.</exception>
    public static PairedDifference Of(IReadOnlyList<double> first, IReadOnlyList<double> second) =>
        first.Count == second.Count && first.Count > 1
            ? new([.. first.Zip(second, (a, b) => a - b)])
            : throw new ArgumentException(
                $"There are {first.Count} and {second.Count} values; pairs need as many of each, at least two."
            );

    /// <summary>
    /// The least one-sided p-value that any differences of so many pairs can have: 2⁻ⁿ; of fewer than two, which are
    /// not tested, 1.
    /// </summary>
    /// <param name="pairs">How many pairs.</param>
    public static double LeastByChance(int pairs) => pairs < 2 ? 1 : Math.Pow(2, -pairs);

    /// <summary>
    /// How many pairs it takes before any difference at all can be told from chance; null if there are as many. With
    /// fewer, an interval of the mean says nothing, however the runs came out.
    /// </summary>
    /// <param name="significance">How often chance may do as much, such as 0.05 for an interval of 95 %.</param>
    /// <param name="eitherWay">Whether as much either way counts, or one way only.</param>
    public int? PairsNeeded(double significance = 0.05, bool eitherWay = true)
    {
        bool Suffice(int n) => (eitherWay ? 2 : 1) * LeastByChance(n) <= significance;
        var needed = Spread.Count;
        while (!Suffice(needed))
            needed++;
        return needed == Spread.Count ? null : needed;
    }

    /// <summary>The t-interval in which the mean lies with this confidence.</summary>
    public (double Low, double High) Interval(double confidence = 0.95)
    {
        var half = StudentT.Quantile(0.5 + confidence / 2, Spread.Count - 1) * Error;
        return (Spread.Mean - half, Spread.Mean + half);
    }

    /// <summary>
    /// How often signs that chance gives the differences make their mean at least as large as it is: the exact
    /// one-sided p-value of no difference (Fisher's randomization test; The Design of Experiments, 1935, §21). With n
    /// pairs it is at least 2⁻ⁿ. Of more than 20 pairs a million signs are drawn, and it is at least a millionth.
    /// </summary>
    /// <param name="bound">What the mean is held against; differences from it get the signs.</param>
    public double LargerByChance(double bound = 0)
    {
        double[] over = [.. Differences.Select(d => d - bound)];
        var sum = over.Sum();
        return ByChance(over, flipped => flipped >= sum - Slack(over));
    }

    /// <summary>The same for a mean as small as it is.</summary>
    public double SmallerByChance(double bound = 0)
    {
        double[] over = [.. Differences.Select(d => d - bound)];
        var sum = over.Sum();
        return ByChance(over, flipped => flipped <= sum + Slack(over));
    }

    /// <summary>The same, either way: how often chance makes the mean at least as far from zero.</summary>
    public double AsFarByChance()
    {
        var sum = Math.Abs(Differences.Sum());
        return ByChance(Differences, flipped => Math.Abs(flipped) >= sum - Slack(Differences));
    }

    // Equal sums in another order.
    private static double Slack(IReadOnlyList<double> differences) => 1e-12 * differences.Sum(Math.Abs);

    // Of more pairs signs are drawn, always the same, and those that were found count among them: a p-value all the
    // same (Phipson and Smyth, 2010).
    private static double ByChance(IReadOnlyList<double> differences, Func<double, bool> counts)
    {
        var n = differences.Count;
        double Flipped(Func<int, bool> isMinus) =>
            Enumerable.Range(0, n).Sum(i => isMinus(i) ? -differences[i] : differences[i]);
        if (n <= MostFlips)
            return Enumerable.Range(0, 1 << n).Count(signs => counts(Flipped(i => (signs >> i & 1) == 1)))
                / (double)(1 << n);
        var chance = new Random(Seed);
        var counted = Enumerable.Range(0, Draws).Count(_ => counts(Flipped(_ => chance.Next(2) == 1)));
        return (counted + 1.0) / (Draws + 1);
    }

    /// <summary>
    /// The p-value of a difference that matters: of the mean lying outside ±<paramref name="margin"/>, by two one-sided
    /// t-tests (Schuirmann, 1987). Small: within noise.
    /// </summary>
    public double OutsideMargin(double margin)
    {
        if (Error == 0)
            return Math.Abs(Spread.Mean) < margin ? 0 : 1;
        var freedom = Spread.Count - 1;
        return Math.Max(
            1 - StudentT.Below((Spread.Mean + margin) / Error, freedom),
            StudentT.Below((Spread.Mean - margin) / Error, freedom)
        );
    }

    private double Error => Spread.Deviation / Math.Sqrt(Spread.Count);
}
