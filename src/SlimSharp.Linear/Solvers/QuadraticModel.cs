using System.Runtime.CompilerServices;

namespace SlimSharp.Linear;

/// <summary>
/// The loss around a place as a quadratic of the margins, r·Δz + ½Δz·DΔz, plus the penalty, over the weights of a
/// working set and the intercept; and coordinate descent on it. With every move of a weight the intercept moves to
/// where it is best, which is as if columns had the weighted mean 0: large means would make coordinates hinder each
/// other. For that no column is touched: the slopes are those that are kept plus a shift times D.
/// </summary>
internal sealed partial class QuadraticModel
{
    private const int MostPasses = 100;
    private const int Window = 5; // passes from which is foretold how many are left

    private readonly LogisticProblem _problem;
    private readonly OrthantNewton _newton;
    private double _beta;
    private readonly double[] _bounds;
    private readonly double[] _quarter;
    private readonly double[] _curvatures;
    private readonly double[] _slopes; // r + DΔz
    private readonly double[][] _pastSlopes;
    private readonly double[] _mixed; // of the past ones
    private double[] _gradient = [];
    private double[] _second = [];
    private double[] _means = []; // xⱼ·D1 / 1·D1
    private double[] _from = [];
    private double _fromIntercept;
    private double _slopesAtStart;
    private double _curvatureSum;
    private double _shift; // of the intercept, not yet in the slopes

    internal QuadraticModel(LogisticProblem problem, double[] bounds)
    {
        (_problem, _bounds, _quarter) = (problem, bounds, problem.CurvatureBounds());
        var rows = problem.Features.Rows;
        (_curvatures, _slopes, _mixed) = (new double[rows], new double[rows], new double[rows]);
        (_pastSlopes, _newton) = (new double[Kept + 1][], new(problem.Penalty));
    }

    /// <summary>True if the model is nowhere below the loss.</summary>
    internal bool IsBound { get; private set; }

    /// <summary>The features.</summary>
    internal int[] Set { get; private set; } = [];

    /// <summary>The weights of these.</summary>
    internal double[] Weights { get; private set; } = [];

    internal double Intercept { get; private set; }

    /// <summary>The model's objective minus that at the place it was built around.</summary>
    internal double Change { get; private set; }

    private bool HasMeans => _problem.HasIntercept && _curvatureSum > 0;

    /// <summary>Builds the model, and returns the largest violation of the working set there.</summary>
    /// <param name="place">Around what.</param>
    /// <param name="set">The features.</param>
    /// <param name="caution">From 0, curvatures as they are there, to 1, the largest that they are anywhere.</param>
    internal double Build(Place place, int[] set, double caution)
    {
        (Set, IsBound, Change, _beta) = (set, caution == 1, 0, place.Beta);
        if (Weights.Length != set.Length)
            (Weights, _gradient, _second, _means, _from) = (
                new double[set.Length],
                new double[set.Length],
                new double[set.Length],
                new double[set.Length],
                new double[set.Length]
            );
        for (var i = 0; i < _curvatures.Length; i++)
            _curvatures[i] = place.Curvatures[i] + caution * (_quarter[i] - place.Curvatures[i]);
        place.Slopes.CopyTo(_slopes, 0);
        (Intercept, _fromIntercept, _shift) = (place.Intercept, place.Intercept, 0);
        _curvatureSum = Vectors.Sum(_curvatures);
        _slopesAtStart = Vectors.Sum(_slopes);
        var residual = _problem.HasIntercept ? Math.Abs(_slopesAtStart) : 0;
        for (var k = 0; k < set.Length; k++)
        {
            var (j, w) = (set[k], place.Weights[set[k]]);
            (Weights[k], _from[k]) = (w, w);
            _gradient[k] = _problem.Features.Dot(j, _slopes) + _problem.L2 * w;
            _second[k] = -1; // found when it is needed
            _means[k] = HasMeans ? _problem.Features.Dot(j, _curvatures) / _curvatureSum : 0;
            residual = Math.Max(residual, _problem.Violation(w, _gradient[k], _bounds[j], _beta));
        }
        return residual;
    }

    /// <summary>
    /// Passes over the working set until none of its coordinates moves by more than <paramref name="target"/>, in units
    /// of the gradient; between two passes over all of it some over the weights other than zero alone. Returns how
    /// many.
    /// </summary>
    internal int Solve(double target)
    {
        var least = _problem.LeastCurvature(_beta);
        int[] all = [.. Enumerable.Range(0, Set.Length)];
        var passes = 0;
        while (passes < MostPasses)
        {
            passes++;
            if (Pass(all, least) <= target)
                break;
            passes += SolveSelected(target, least, MostPasses - passes);
        }
        PutShift();
        return passes;
    }

    private int SolveSelected(double target, double least, int most)
    {
        int[] selected = [.. Enumerable.Range(0, Set.Length).Where(k => Weights[k] != 0)];
        var pastWeights = new double[Kept + 1][];
        var pastIntercepts = new double[Kept + 1];
        // Once passes have taken as long as this does; sooner where the penalty bends and they crawl, as by its
        // saddles.
        var (bends, every, before) = (_problem.Penalty.WeakConvexity > 0, Math.Clamp(selected.Length / 3, 10, 50), 0.0);
        for (var pass = 1; pass <= most; pass++)
        {
            var moved = Pass(selected, least);
            if (moved <= target)
                return pass;
            var slot = pass % (Kept + 1);
            Keep(slot, pastWeights, pastIntercepts);
            if (slot == Kept)
                Extrapolate(pastWeights, pastIntercepts);
            var crawls = false;
            if (bends && pass % Window == 0)
                (crawls, before) = (PassesLeft(before, moved, target) > selected.Length, moved);
            if (crawls || pass % every == 0)
                MoveAtOnce(selected);
        }
        return most;
    }

    // If moves go on shrinking as they did.
    private static double PassesLeft(double before, double moved, double target) =>
        before == 0 ? 0
        : moved >= before ? double.PositiveInfinity
        : Window * Math.Log(target / moved) / Math.Log(moved / before);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Pass(int[] places, double least)
    {
        var most = MoveIntercept();
        // Beyond which zero is left, where the operator is single-valued.
        var threshold = _beta * _problem.Penalty.SlopeAtZero;
        foreach (var k in places)
        {
            var (j, w) = (Set[k], Weights[k]);
            var g = _problem.Features.Dot(j, _slopes) + _shift * _means[k] * _curvatureSum + _problem.L2 * w;
            if (w == 0 && Math.Abs(g) <= threshold && !double.IsInfinity(threshold))
                continue;
            if (_second[k] < 0)
                _second[k] =
                    Math.Max(
                        _problem.Features.Curvature(j, _curvatures) - _means[k] * _means[k] * _curvatureSum,
                        1e-12 * _bounds[j]
                    ) + _problem.L2;
            var second = _second[k];
            var step = Math.Max(second, least);
            if (!(step > 0))
                continue;
            var next = _problem.Penalty.Prox(w - g / step, _beta / step);
            var move = next - w;
            if (move == 0)
                continue;
            Change +=
                g * move
                + second / 2 * move * move
                + _beta * (_problem.Penalty.Value(next) - _problem.Penalty.Value(w));
            Move(k, next);
            most = Math.Max(most, step * Math.Abs(move));
        }
        return most;
    }

    // The intercept follows.
    private void Move(int k, double next)
    {
        var move = next - Weights[k];
        Weights[k] = next;
        _problem.Features.AddWeighted(Set[k], move, _curvatures, _slopes);
        _shift -= move * _means[k];
    }

    // Puts the shift into the slopes, and moves the intercept to where their sum is zero.
    private double MoveIntercept()
    {
        if (!HasMeans)
            return 0;
        PutShift();
        var slope = Vectors.Sum(_slopes);
        _shift = -slope / _curvatureSum;
        Change += slope * _shift / 2;
        PutShift();
        return Math.Abs(slope);
    }

    private void PutShift()
    {
        Intercept += _shift;
        Vectors.Add(_shift, _curvatures, _slopes);
        _shift = 0;
    }
}
