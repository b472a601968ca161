namespace SlimSharp.Linear;

/// <summary>
/// Cyclic coordinate descent on a working set. Around the current weights the loss is replaced by its quadratic model
/// (as in glmnet and newGLMNET: Friedman, Hastie and Tibshirani, J. Stat. Softw. 33, 2010; Yuan, Ho and Lin, JMLR 13,
/// 2012), or, where that proves too bold, by one on the way to the quadratic with the largest curvature, s/4, which is
/// nowhere below it; coordinates take proximal steps, with extrapolation (Bertrand and Massias, AISTATS 2021) and steps
/// of all weights together where that takes long, until the model is solved well enough; a line search sees to it that
/// the objective falls. The working set holds what is selected and what most wants to be, by Lⱼ·|wⱼ − prox(wⱼ − gⱼ/Lⱼ)|
/// (Bertrand et al., NeurIPS 2022, whose score by distance to the subdifferential is always 0 at 0 for lp).
/// </summary>
/// <param name="problem">The problem.</param>
/// <param name="options">When to stop.</param>
public sealed class CoordinateDescent(LogisticProblem problem, SolverOptions options) : LogisticSolver(problem, options)
{
    private const double Shrink = 0.1; // of the residual, in a round on a working set and in a model
    private const double LeastCaution = 1e-3;
    private const double Negligible = 1e-12; // of the objective

    private readonly double[] _bounds = Bounds(problem);
    private double _caution; // from 0, for the quadratic model of the loss, to 1, for the quadratic above it
    private Place? _place;
    private QuadraticModel? _model;

    // Of each coordinate the largest curvature of the loss, where the intercept follows.
    private static double[] Bounds(LogisticProblem problem)
    {
        var (quarter, means) = (problem.CurvatureBounds(), problem.Means());
        var bounds = new double[problem.Features.Columns];
        for (var j = 0; j < bounds.Length; j++)
        {
            var (square, mean) = (problem.Features.Curvature(j, quarter), means[j] * means[j] / 4);
            bounds[j] = square - mean > 1e-12 * square ? square - mean + problem.L2 : 0;
        }
        return bounds;
    }

    private protected override LogisticSolution Minimize(double beta, double[] weights, double intercept)
    {
        for (var j = 0; j < weights.Length; j++)
        {
            if (_bounds[j] == 0)
                weights[j] = 0; // a feature that is constant
        }
        var (at, model) = (_place ??= new(Problem), _model ??= new(Problem, _bounds));
        at.GoTo(weights, intercept, beta);
        var violations = new double[weights.Length];
        var (iterations, size, stuck) = (0, 16, 0);
        var least = double.PositiveInfinity;
        while (true)
        {
            Options.Cancellation.ThrowIfCancellationRequested();
            var residual = Residual(at, violations);
            // Where neither objective nor residual falls any more, the result is as exact as the numbers are.
            if (residual <= Target || iterations >= Options.MostIterations || stuck > 2)
                return Finish(beta, at.Weights, at.Intercept, at.Margins, at.Objective, residual, iterations);
            var set = WorkingSet(at.Weights, violations, size);
            size = Math.Max(2 * size, set.Length);
            var before = at.Objective;
            iterations += Round(at, model, set, Math.Max(Shrink * residual, 0.5 * Target));
            stuck = at.Objective < before || residual < least ? 0 : stuck + 1;
            least = Math.Min(least, residual);
        }
    }

    private double Residual(Place at, double[] violations)
    {
        var residual = Problem.HasIntercept ? Math.Abs(Vectors.Sum(at.Slopes)) : 0;
        for (var j = 0; j < violations.Length; j++)
        {
            var gradient = Problem.Features.Dot(j, at.Slopes) + Problem.L2 * at.Weights[j];
            violations[j] = Problem.Violation(at.Weights[j], gradient, _bounds[j], at.Beta);
            residual = Math.Max(residual, violations[j]);
        }
        return residual;
    }

    // Everything that is selected, and as many again of what violates most.
    private int[] WorkingSet(double[] weights, double[] violations, int size)
    {
        var (selected, others) = (new List<int>(), new List<int>());
        for (var j = 0; j < weights.Length; j++)
        {
            if (weights[j] != 0)
                selected.Add(j);
            else if (violations[j] > 0.1 * Target)
                others.Add(j);
        }
        var room = Math.Max(size, selected.Count);
        if (others.Count > room)
        {
            others.Sort((a, b) => violations[b].CompareTo(violations[a]));
            others.RemoveRange(room, others.Count - room);
        }
        int[] set = [.. selected, .. others];
        Array.Sort(set);
        return set;
    }

    // Models on one working set until that is solved; returns how many passes it took.
    private int Round(Place at, QuadraticModel model, int[] set, double target)
    {
        var (passes, leap, least) = (0, 0, double.PositiveInfinity);
        var isBound = double.IsInfinity(Problem.Penalty.WeakConvexity);
        while (passes < Options.MostIterations)
        {
            Options.Cancellation.ThrowIfCancellationRequested();
            var before = at.Objective;
            var caution = isBound ? 1 : _caution;
            var residual = model.Build(at, set, caution);
            if (residual <= target)
                break;
            passes += model.Solve(Shrink * residual);
            var gain = at.Try(model);
            if (isBound && passes >= leap)
                leap = passes + Leap(at, model, set);
            else if (!isBound && (gain == 0 || -model.Change > Negligible * Math.Abs(before)))
                Learn(gain);
            if (gain > 0 ? !(at.Objective < before || residual < least) : caution == 1)
                break;
            least = Math.Min(least, residual);
        }
        return Math.Max(passes, 1);
    }

    // Where the bound has to be taken, because the penalty's curvature knows none, it is slow; what it has selected
    // moves together, with the curvature of the loss. Returns how many passes that is worth.
    private int Leap(Place at, QuadraticModel model, int[] set)
    {
        int[] selected = [.. set.Where(j => at.Weights[j] != 0)];
        model.Build(at, selected, Math.Min(_caution, 0.5));
        model.MoveAtOnce();
        Learn(at.Try(model));
        return selected.Length / 3;
    }

    // The next model's caution, from how much of what this one promised came true.
    private void Learn(double gain) =>
        _caution =
            gain < 0.25 ? Math.Clamp(10 * _caution, LeastCaution, 1)
            : gain > 0.75 ? (_caution > LeastCaution ? _caution / 10 : 0)
            : _caution;
}
