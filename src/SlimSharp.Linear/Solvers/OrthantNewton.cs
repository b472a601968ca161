namespace SlimSharp.Linear;

/// <summary>
/// Minimises g·d + ½d·Hd + β·J(w + d) over weights that are not zero and keep their signs, where that is smooth; a weight that would change its sign stays at zero. J is replaced by its tangent, which for
/// a concave one is nowhere below it, so that every step descends. What takes coordinate descent thousands of passes, where features are much alike, takes this a few steps.
/// </summary>
internal static class OrthantNewton
{
    private const int MostSteps = 10;
    private const double Enough = 1e-3; // of the gradient at the start

    /// <summary>The weights; null if H says nothing.</summary>
    /// <param name="hessian">H, n × n, its lower triangle.</param>
    /// <param name="gradient">g.</param>
    /// <param name="weights">w, none of them 0.</param>
    /// <param name="slope">β·J′ of a weight.</param>
    internal static double[]? Minimize(
        double[][] hessian,
        ReadOnlySpan<double> gradient,
        ReadOnlySpan<double> weights,
        Func<double, double> slope
    )
    {
        var (w, g) = (weights.ToArray(), gradient.ToArray());
        int[] free = [.. Enumerable.Range(0, w.Length)];
        var first = double.NaN;
        for (var step = 0; step < MostSteps && free.Length > 0; step++)
        {
            double[] right = [.. free.Select(k => -g[k] - slope(w[k]))];
            var size = Vectors.LargestMagnitude(right);
            if (size <= Enough * first)
                break;
            first = double.IsNaN(first) ? size : first;
            if (Solve(hessian, free, right) is not { } move)
                return step == 0 ? null : w;
            // As far as the first weight that comes to zero.
            var share = 1.0;
            for (var a = 0; a < free.Length; a++)
                share = w[free[a]] * (w[free[a]] + move[a]) < 0 ? Math.Min(share, -w[free[a]] / move[a]) : share;
            for (var a = 0; a < free.Length; a++)
            {
                var k = free[a];
                var next = w[k] + share * move[a];
                var moved = (Math.Abs(next) <= 1e-12 * Math.Abs(w[k]) ? 0 : next) - w[k];
                for (var b = 0; b < g.Length; b++)
                    g[b] += moved * (b <= k ? hessian[k][b] : hessian[b][k]);
                w[k] += moved;
            }
            free = [.. free.Where(k => w[k] != 0)];
        }
        return w;
    }

    // Cholesky's factorisation of the part of H that is free.
    private static double[]? Solve(double[][] hessian, int[] free, double[] right)
    {
        var n = free.Length;
        var factor = new double[n][];
        for (var i = 0; i < n; i++)
        {
            var row = factor[i] = new double[i + 1];
            for (var j = 0; j < i; j++)
                row[j] =
                    (hessian[free[i]][free[j]] - Vectors.Dot(row.AsSpan(0, j), factor[j].AsSpan(0, j))) / factor[j][j];
            var (before, square) = (hessian[free[i]][free[i]], Vectors.Dot(row.AsSpan(0, i), row.AsSpan(0, i)));
            if (!(before - square > 1e-12 * before))
                return null;
            row[i] = Math.Sqrt(before - square);
        }
        var x = new double[n];
        for (var i = 0; i < n; i++)
            x[i] = (right[i] - Vectors.Dot(factor[i].AsSpan(0, i), x.AsSpan(0, i))) / factor[i][i];
        for (var i = n - 1; i >= 0; i--)
        {
            x[i] /= factor[i][i];
            Vectors.Add(-x[i], factor[i].AsSpan(0, i), x.AsSpan(0, i));
        }
        return x;
    }
}
