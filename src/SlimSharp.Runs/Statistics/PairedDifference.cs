namespace SlimSharp.Runs;

/// <summary>Differences of pairs that share all but what is compared, such as two penalties with the same seed.</summary>
public sealed class PairedDifference
{
    private const int MostFlips = 24; // pairs, of which all signs are gone through

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

    /// <summary>The t-interval in which the mean lies with this confidence.</summary>
    public (double Low, double High) Interval(double confidence = 0.95)
    {
        var half = StudentT.Quantile(0.5 + confidence / 2, Spread.Count - 1) * Error;
        return (Spread.Mean - half, Spread.Mean + half);
    }

    /// <summary>
    /// How often signs that chance gives the differences make their mean at least as large as it is: the exact one-sided p-value of no difference (Fisher's randomization
    /// test; The Design of Experiments, 1935, §21). With n pairs it is at least 2⁻ⁿ.
    /// </summary>
    /// <param name="bound">What the mean is held against; differences from it get the signs.</param>
    /// <exception cref="InvalidOperationException">There are more than 24 pairs.</exception>
    public double LargerByChance(double bound = 0)
    {
        double[] over = [.. Differences.Select(d => d - bound)];
        var sum = over.Sum();
        return ByChance(over, flipped => flipped >= sum - Slack(over));
    }

    /// <summary>The same for a mean as small as it is.</summary>
    /// <exception cref="InvalidOperationException">There are more than 24 pairs.</exception>
    public double SmallerByChance(double bound = 0)
    {
        double[] over = [.. Differences.Select(d => d - bound)];
        var sum = over.Sum();
        return ByChance(over, flipped => flipped <= sum + Slack(over));
    }

    /// <summary>The same, either way: how often chance makes the mean at least as far from zero.</summary>
    /// <exception cref="InvalidOperationException">There are more than 24 pairs.</exception>
    public double AsFarByChance()
    {
        var sum = Math.Abs(Differences.Sum());
        return ByChance(Differences, flipped => Math.Abs(flipped) >= sum - Slack(Differences));
    }

    // Equal sums in another order.
    private static double Slack(IReadOnlyList<double> differences) => 1e-12 * differences.Sum(Math.Abs);

    private static double ByChance(IReadOnlyList<double> differences, Func<double, bool> counts)
    {
        var n = differences.Count;
        if (n > MostFlips)
            throw new InvalidOperationException(
                $"The signs of {n} pairs are too many to go through; at most {MostFlips} are."
            );
        var counted = 0;
        for (var signs = 0; signs < 1 << n; signs++)
        {
            var flipped = 0.0;
            for (var i = 0; i < n; i++)
                flipped += (signs >> i & 1) == 1 ? -differences[i] : differences[i];
            if (counts(flipped))
                counted++;
        }
        return counted / (double)(1 << n);
    }

    /// <summary>
    /// The p-value of a difference that matters: of the mean lying outside ±<paramref name="margin"/>, by two one-sided t-tests (Schuirmann, 1987). Small: within noise.
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
