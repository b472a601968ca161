namespace SlimSharp.Runs;

/// <summary>Student's t distribution.</summary>
public static class StudentT
{
    private const int Steps = 200;

    /// <summary>The probability of a value of at most <paramref name="t"/>.</summary>
    /// <param name="t">The value.</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Below(double t, int freedom)
    {
        // Abramowitz and Stegun, 26.7.3 and 26.7.4: finite sums in θ = arctan(t/√ν).
        var angle = Math.Atan(t / Math.Sqrt(freedom));
        var (sine, cosine) = (Math.Sin(angle), Math.Cos(angle));
        var square = cosine * cosine;
        double between; // P(|T| ≤ |t|) with the sign of t
        if (freedom % 2 == 1)
        {
            var (sum, term) = (0.0, cosine);
            for (var k = 1; k <= freedom - 2; k += 2)
            {
                sum += term;
                term *= square * (k + 1) / (k + 2);
            }
            between = 2 / Math.PI * (angle + sine * sum);
        }
        else
        {
            var (sum, term) = (0.0, 1.0);
            for (var k = 0; k <= freedom - 2; k += 2)
            {
                sum += term;
                term *= square * (k + 1) / (k + 2);
            }
            between = sine * sum;
        }
        return 0.5 + between / 2;
    }

    /// <summary>The value that is not exceeded with this probability.</summary>
    /// <param name="probability">In (0, 1).</param>
    /// <param name="freedom">Degrees of freedom, at least 1.</param>
    public static double Quantile(double probability, int freedom)
    {
        if (probability < 0.5)
            return -Quantile(1 - probability, freedom);
        var (low, high) = (0.0, 1.0);
        while (Below(high, freedom) < probability)
            high *= 2;
        for (var i = 0; i < Steps && high - low > 1e-15 * high; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle, freedom) < probability ? (middle, high) : (low, middle);
        }
        return (low + high) / 2;
    }
}
