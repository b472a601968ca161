namespace SlimSharp.Linear;

/// <summary>What moves many weights together, where passes over one after the other take long.</summary>
internal sealed partial class QuadraticModel
{
    private const int Kept = 5; // passes from which is extrapolated
    private const int MostAtOnce = 500; // weights

    /// <summary>All weights other than zero together, without a change of sign.</summary>
    internal void MoveAtOnce() => MoveAtOnce([.. Enumerable.Range(0, Set.Length)]);

    private void MoveAtOnce(int[] places)
    {
        places = [.. places.Where(k => Weights[k] != 0)];
        if (places.Length is 0 or > MostAtOnce)
            return;
        MoveIntercept();
        var n = places.Length;
        var hessian = _problem.Features.Gram([.. places.Select(k => Set[k])], _curvatures);
        var (gradient, weights) = (new double[n], new double[n]);
        for (var a = 0; a < n; a++)
        {
            var k = places[a];
            for (var b = 0; b <= a; b++)
                hessian[a][b] -= _means[k] * _means[places[b]] * _curvatureSum;
            hessian[a][a] += _problem.L2;
            (gradient[a], weights[a]) = (_problem.Features.Dot(Set[k], _slopes) + _problem.L2 * Weights[k], Weights[k]);
        }
        if (_newton.Minimize(hessian, gradient, weights, _beta) is not { } next)
            return;
        var change = 0.0;
        for (var a = 0; a < n; a++)
        {
            var move = next[a] - weights[a];
            change +=
                move * gradient[a] + _beta * (_problem.Penalty.Value(next[a]) - _problem.Penalty.Value(weights[a]));
            for (var b = 0; b <= a; b++)
                change += (a == b ? 0.5 : 1) * move * (next[b] - weights[b]) * hessian[a][b];
        }
        if (!(change < 0))
            return;
        Change += change;
        for (var a = 0; a < n; a++)
            Move(places[a], next[a]);
        PutShift();
    }

    private void Keep(int slot, double[][] weights, double[] intercepts)
    {
        PutShift();
        weights[slot] = [.. Weights];
        intercepts[slot] = Intercept;
        _slopes.CopyTo(_pastSlopes[slot] ??= new double[_slopes.Length], 0);
    }

    // Anderson's extrapolation; taken only if the model says that it is better.
    private void Extrapolate(double[][] weights, double[] intercepts)
    {
        // Slots 1 … Kept are the last Kept passes in order; differences of successive ones are Kept − 1.
        var count = Kept - 1;
        var gram = new double[count, count];
        for (var a = 0; a < count; a++)
        {
            for (var b = a; b < count; b++)
            {
                var sum = (intercepts[a + 2] - intercepts[a + 1]) * (intercepts[b + 2] - intercepts[b + 1]);
                for (var k = 0; k < Weights.Length; k++)
                    sum += (weights[a + 2][k] - weights[a + 1][k]) * (weights[b + 2][k] - weights[b + 1][k]);
                gram[a, b] = gram[b, a] = sum;
            }
        }
        if (Anderson.Coefficients(gram) is not { } coefficients)
            return;
        var (w, v) = (new double[Weights.Length], 0.0);
        var slopes = _mixed;
        Array.Clear(slopes);
        for (var a = 0; a < count; a++)
        {
            Vectors.Add(coefficients[a], weights[a + 2], w);
            Vectors.Add(coefficients[a], _pastSlopes[a + 2], slopes);
            v += coefficients[a] * intercepts[a + 2];
        }
        var change = (v - _fromIntercept) * (_slopesAtStart + Vectors.Sum(slopes)) / 2;
        for (var k = 0; k < w.Length; k++)
        {
            if (w[k] == _from[k])
                continue;
            var g = _problem.Features.Dot(Set[k], slopes) + _problem.L2 * w[k];
            change +=
                (w[k] - _from[k]) * (_gradient[k] + g) / 2
                + _beta * (_problem.Penalty.Value(w[k]) - _problem.Penalty.Value(_from[k]));
        }
        if (!(change < Change))
            return;
        (Change, Intercept) = (change, v);
        w.CopyTo(Weights, 0);
        slopes.CopyTo(_slopes, 0);
    }
}
