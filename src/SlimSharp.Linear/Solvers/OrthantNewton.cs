using SlimSharp.Penalties;

namespace SlimSharp.Linear;

/// <summary>
/// Minimises g·d + ½d·Hd + β·J(w + d) over weights that are not zero and keep their signs, where that is smooth; a
/// weight that would change its sign stays at zero. Steps are Newton's, with as much added to the curvatures as makes
/// them positive definite and the objective fall. What takes coordinate descent thousands of passes, where features are
/// much alike or J bends nearly as much as the loss, takes this a few steps.
/// </summary>
/// <param name="penalty">J.</param>
internal sealed class OrthantNewton(Penalty penalty)
{
    private const int MostSteps = 4; // passes over single weights follow, which zero what wants to be zero
    private const double Enough = 1e-3; // of the gradient at the start

    // Of the largest curvature: equal features make H singular, and J may bend more than the loss. With the last, H and
    // J's curvature together are positive definite and the quadratic is nowhere below the objective.
    private static readonly double[] Raises = [0, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.01];

    private double[][] _hessian = [];
    private double _beta;
    private int _raise; // that of the last step; the next minimisation begins one below

    /// <summary>The weights; null if H says nothing.</summary>
    /// <param name="hessian">H, n × n, its lower triangle.</param>
    /// <param name="gradient">g.</param>
    /// <param name="weights">w, none of them 0.</param>
    /// <param name="beta">β.</param>
    internal double[]? Minimize(
        double[][] hessian,
        ReadOnlySpan<double> gradient,
        ReadOnlySpan<double> weights,
        double beta
    )
    {
        (_hessian, _beta, _raise) = (hessian, beta, Math.Max(_raise - 1, 0));
        var (w, g, turn) = (weights.ToArray(), gradient.ToArray(), new double[weights.Length]);
        int[] free = [.. Enumerable.Range(0, w.Length)];
        var first = double.NaN;
        for (var step = 0; step < MostSteps && free.Length > 0; step++)
        {
            double[] right = [.. free.Select(k => -g[k] - _beta * penalty.Derivative(w[k]))];
            var size = Vectors.LargestMagnitude(right);
            if (size <= Enough * first)
                break;
            first = double.IsNaN(first) ? size : first;
            if (!TryMove(w, g, turn, free, right))
                return step == 0 ? null : w;
            free = [.. free.Where(k => w[k] != 0)];
        }
        return w;
    }

    // With the least raise of the diagonal that leaves the whole positive definite and makes the objective fall.
    private bool TryMove(double[] w, double[] g, double[] turn, int[] free, double[] right)
    {
        double[] bends = [.. free.Select(k => _beta * penalty.SecondDerivative(w[k]))];
        var scale = Math.Max(free.Max(k => _hessian[k][k]), -bends.Min());
        for (; _raise < Raises.Length; _raise++)
        {
            double[] diagonal = [.. bends.Select(b => b + Raises[_raise] * scale)];
            if (Solve(free, right, diagonal) is { } move && Moves(w, g, turn, free, move))
                return true;
        }
        return false;
    }

    // As far as the first weight that comes to zero; not at all if the objective does not fall.
    private bool Moves(double[] w, double[] g, double[] turn, int[] free, double[] move)
    {
        var share = 1.0;
        for (var a = 0; a < free.Length; a++)
            share = w[free[a]] * (w[free[a]] + move[a]) < 0 ? Math.Min(share, -w[free[a]] / move[a]) : share;
        var (moves, change) = (new double[w.Length], 0.0);
        for (var a = 0; a < free.Length; a++)
        {
            var k = free[a];
            var next = w[k] + share * move[a];
            next = Math.Abs(next) <= 1e-12 * Math.Abs(w[k]) ? 0 : next;
            moves[k] = next - w[k];
            change += moves[k] * g[k] + _beta * (penalty.Value(next) - penalty.Value(w[k]));
        }
        Multiply(moves, turn);
        change += Vectors.Dot(moves, turn) / 2;
        if (!(change < 0))
            return false;
        for (var a = 0; a < free.Length; a++)
            w[free[a]] += moves[free[a]];
        Vectors.Add(1, turn, g);
        return true;
    }

    // H·x, of which the lower triangle is there.
    private void Multiply(double[] x, double[] product)
    {
        for (var i = 0; i < x.Length; i++)
        {
            var row = _hessian[i].AsSpan(0, i);
            product[i] = Vectors.Dot(row, x.AsSpan(0, i)) + _hessian[i][i] * x[i];
            Vectors.Add(x[i], row, product.AsSpan(0, i));
        }
    }

    // Cholesky's factorisation of the part of H that is free, raised on its diagonal; four numbers of a row at a time.
    private double[]? Solve(int[] free, double[] right, double[] raises)
    {
        var n = free.Length;
        var factor = new double[n][];
        Span<double> four = stackalloc double[4];
        for (var i = 0; i < n; i++)
        {
            var (row, from) = (factor[i] = new double[i + 1], _hessian[free[i]]);
            var j = 0;
            for (; j + 4 <= i; j += 4)
            {
                Vectors.Dots(row.AsSpan(0, j), factor[j], factor[j + 1], factor[j + 2], factor[j + 3], four);
                for (var b = 0; b < 4; b++)
                {
                    var sum = from[free[j + b]] - four[b];
                    for (var c = 0; c < b; c++)
                        sum -= row[j + c] * factor[j + b][j + c];
                    row[j + b] = sum / factor[j + b][j + b];
                }
            }
            for (; j < i; j++)
                row[j] = (from[free[j]] - Vectors.Dot(row.AsSpan(0, j), factor[j].AsSpan(0, j))) / factor[j][j];
            var (before, square) = (from[free[i]], Vectors.Dot(row.AsSpan(0, i), row.AsSpan(0, i)));
            var pivot = before - square + raises[i];
            if (!(pivot > 1e-12 * before))
                return null;
            row[i] = Math.Sqrt(pivot);
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
