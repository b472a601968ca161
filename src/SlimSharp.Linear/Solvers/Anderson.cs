namespace SlimSharp.Linear;

/// <summary>
/// The coefficients of Anderson's extrapolation: those that add up to 1 and make the combined step smallest.
/// </summary>
internal static class Anderson
{
    /// <summary>From the inner products of the steps; null if these say nothing.</summary>
    internal static double[]? Coefficients(double[,] gram)
    {
        var n = gram.GetLength(0);
        var (matrix, right) = (new double[n, n], new double[n]);
        var trace = 0.0;
        for (var i = 0; i < n; i++)
            trace += gram[i, i];
        if (!(trace > 0 && double.IsFinite(trace)))
            return null;
        for (var i = 0; i < n; i++)
        {
            right[i] = 1;
            for (var j = 0; j < n; j++)
                matrix[i, j] = gram[i, j] + (i == j ? 1e-12 * trace : 0);
        }
        // Gauss, with the largest pivot.
        for (var i = 0; i < n; i++)
        {
            var pivot = i;
            for (var r = i + 1; r < n; r++)
                pivot = Math.Abs(matrix[r, i]) > Math.Abs(matrix[pivot, i]) ? r : pivot;
            if (matrix[pivot, i] == 0)
                return null;
            for (var c = 0; c < n; c++)
                (matrix[i, c], matrix[pivot, c]) = (matrix[pivot, c], matrix[i, c]);
            (right[i], right[pivot]) = (right[pivot], right[i]);
            for (var r = i + 1; r < n; r++)
            {
                var factor = matrix[r, i] / matrix[i, i];
                for (var c = i; c < n; c++)
                    matrix[r, c] -= factor * matrix[i, c];
                right[r] -= factor * right[i];
            }
        }
        for (var i = n - 1; i >= 0; i--)
        {
            for (var c = i + 1; c < n; c++)
                right[i] -= matrix[i, c] * right[c];
            right[i] /= matrix[i, i];
        }
        var sum = right.Sum();
        if (!(Math.Abs(sum) > 0 && double.IsFinite(sum)))
            return null;
        for (var i = 0; i < n; i++)
            right[i] /= sum;
        return right;
    }
}
