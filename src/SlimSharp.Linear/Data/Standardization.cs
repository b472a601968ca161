namespace SlimSharp.Linear;

/// <summary>
/// Features brought to the standard deviation 1, so that one β means the same for all. They are not centred, which
/// would fill sparse matrices and change nothing: the intercept takes up every shift. Weights of scaled features times
/// their factors are those of the features as they were.
/// </summary>
public static class Standardization
{
    /// <summary>One over the standard deviation of each column; 0 for constant ones, whose weights stay zero.</summary>
    public static double[] Factors(DesignMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        var factors = new double[features.Columns];
        for (var j = 0; j < factors.Length; j++)
        {
            var (mean, deviation) = features.Moments(j);
            factors[j] = deviation > 1e-12 * Math.Abs(mean) && deviation > 0 ? 1 / deviation : 0;
        }
        return factors;
    }

    /// <summary>The weights of features as they were, from those of features times factors.</summary>
    public static double[] Undo(IReadOnlyList<double> weights, ReadOnlySpan<double> factors)
    {
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count != factors.Length)
            throw new ArgumentException($"There are {weights.Count} weights, but {factors.Length} factors.");
        var undone = new double[factors.Length];
        for (var j = 0; j < undone.Length; j++)
            undone[j] = weights[j] * factors[j];
        return undone;
    }
}
