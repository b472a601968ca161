namespace SlimSharp.Linear;

/// <summary>
/// The largest eigenvalue of a matrix that is not formed (Lanczos 1950). Power iteration takes one vector to it at the
/// ratio of the two largest eigenvalues, which may look settled long before; this takes the best of all that the same
/// products span.
/// </summary>
internal static class Lanczos
{
    private const int Most = 300;
    private const int Patience = 8;
    private const double Settled = 1e-7;

    /// <summary>That of X̃ᵀDX̃, from below; X̃ is X with a number taken off each column.</summary>
    internal static double LargestEigenvalue(DesignMatrix features, double[] means, double[] diagonal)
    {
        // The start has no symmetry that could make it orthogonal to what is sought.
        var v = new double[features.Columns];
        for (var j = 0; j < v.Length; j++)
            v[j] = 1 + 0.5 * Math.Sin(j + 1);
        var scale = Math.Sqrt(Vectors.Dot(v, v));
        for (var j = 0; j < v.Length; j++)
            v[j] /= scale;

        var (before, w, z) = (new double[v.Length], new double[v.Length], new double[features.Rows]);
        var (onDiagonal, beside, found) = (new List<double>(), new List<double>(), new List<double>());
        for (var step = 0; step < Most && v.Length > 0; step++)
        {
            Multiply(features, means, diagonal, v, z, w);
            var along = Vectors.Dot(w, v);
            var last = step == 0 ? 0 : beside[^1];
            for (var j = 0; j < w.Length; j++)
                w[j] -= along * v[j] + last * before[j];
            var norm = Math.Sqrt(Vectors.Dot(w, w));
            onDiagonal.Add(along);
            found.Add(LargestOfTridiagonal(onDiagonal, beside));
            var largest = found[^1];
            if (norm <= 1e-12 * largest || (step >= Patience && largest - found[^(Patience + 1)] <= Settled * largest))
                break;
            beside.Add(norm);
            for (var j = 0; j < w.Length; j++)
                (before[j], v[j]) = (v[j], w[j] / norm);
        }
        return found.Count == 0 ? 0 : found[^1];
    }

    private static void Multiply(
        DesignMatrix features,
        double[] means,
        double[] diagonal,
        double[] v,
        double[] z,
        double[] product
    )
    {
        features.Multiply(v, -Vectors.Dot(v, means), z);
        for (var k = 0; k < z.Length; k++)
            z[k] *= diagonal[k];
        var sum = Vectors.Sum(z);
        for (var j = 0; j < product.Length; j++)
            product[j] = features.Dot(j, z) - means[j] * sum;
    }

    // By bisection between the largest number on the diagonal and Gershgorin's bound.
    private static double LargestOfTridiagonal(List<double> onDiagonal, List<double> beside)
    {
        var (low, high) = (0.0, 0.0);
        for (var i = 0; i < onDiagonal.Count; i++)
        {
            low = Math.Max(low, onDiagonal[i]);
            var reach = (i > 0 ? beside[i - 1] : 0) + (i < beside.Count ? beside[i] : 0);
            high = Math.Max(high, onDiagonal[i] + reach);
        }
        while (high - low > 1e-13 * high)
        {
            var middle = (low + high) / 2;
            (low, high) = IsAboveAll(middle, onDiagonal, beside) ? (low, middle) : (middle, high);
        }
        return low;
    }

    // No eigenvalue of T is as large as x where all pivots of T − xI are negative (Sylvester's law of inertia).
    private static bool IsAboveAll(double x, List<double> onDiagonal, List<double> beside)
    {
        var pivot = onDiagonal[0] - x;
        for (var i = 1; i < onDiagonal.Count; i++)
        {
            if (pivot >= 0)
                return false;
            pivot = onDiagonal[i] - x - beside[i - 1] * beside[i - 1] / pivot;
        }
        return pivot < 0;
    }
}
