namespace SlimSharp.Linear;

/// <summary>The largest eigenvalue of a matrix that is not formed.</summary>
internal static class PowerIteration
{
    private const int Least = 60;
    private const int Most = 1000;

    /// <summary>That of X̃ᵀDX̃, within a thousandth below; X̃ is X with a number taken off each column.</summary>
    internal static double LargestEigenvalue(DesignMatrix features, double[] means, double[] diagonal)
    {
        // The start has no symmetry that could make it orthogonal to what is sought.
        var w = new double[features.Columns];
        for (var j = 0; j < w.Length; j++)
            w[j] = 1 + 0.5 * Math.Sin(j + 1);
        var (z, before) = (new double[features.Rows], 0.0);
        for (var i = 0; i < Most; i++)
        {
            var norm = Math.Sqrt(Vectors.Dot(w, w));
            if (norm == 0)
                break;
            for (var j = 0; j < w.Length; j++)
                w[j] /= norm;
            features.Multiply(w, -Vectors.Dot(w, means), z);
            for (var k = 0; k < z.Length; k++)
                z[k] *= diagonal[k];
            var sum = Vectors.Sum(z);
            for (var j = 0; j < w.Length; j++)
                w[j] = features.Dot(j, z) - means[j] * sum;
            var now = Math.Sqrt(Vectors.Dot(w, w));
            var settled = i >= Least && now - before <= 1e-6 * now;
            before = now;
            if (settled)
                break;
        }
        return before;
    }
}
