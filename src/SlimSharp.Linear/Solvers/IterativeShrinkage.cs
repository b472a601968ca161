namespace SlimSharp.Linear;

/// <summary>
/// Proximal gradient steps on all weights at once: iterative firm-shrinkage (Shen and Gu, IEEE Trans. Signal Process.
/// 66, 2018), for any penalty. With the step 1/L, L the Lipschitz constant of the gradient, the objective falls at
/// every step and the proximal operator has one value while β times the weak convexity is below L; where it is not, the
/// step is made smaller so that both hold again, and the solution says so.
/// </summary>
/// <param name="problem">The problem.</param>
/// <param name="options">When to stop.</param>
public sealed class IterativeShrinkage(LogisticProblem problem, SolverOptions options)
    : LogisticSolver(problem, options)
{
    private const double Safety = 1.001; // the eigenvalue comes from below

    private readonly double[] _means = problem.Means();
    private readonly double _lipschitz = Safety * problem.LipschitzConstant();

    /// <summary>
    /// Extrapolated steps (Nesterov; Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009), each held against the plain step
    /// from the same place, and taken only if it ends lower: the objective never rises.
    /// </summary>
    public bool IsAccelerated { get; init; } = true;

    /// <summary>Told of the objective after every step.</summary>
    public Action<double>? Report { get; init; }

    private protected override LogisticSolution Minimize(double beta, double[] weights, double intercept)
    {
        var curvature = Math.Max(_lipschitz, Problem.LeastCurvature(beta));
        var caution = curvature > _lipschitz ? Caution(beta) : null;
        var now = new Point(weights, intercept + Vectors.Dot(weights, _means));
        var (before, objective) = (now, Objective(now, beta));
        var (t, residual) = (1.0, double.PositiveInfinity);
        var iteration = 0;
        while (iteration < Options.MostIterations)
        {
            Options.Cancellation.ThrowIfCancellationRequested();
            iteration++;
            var plain = Step(now, curvature, beta);
            residual = curvature * Distance(plain, now);
            if (residual <= Target)
                break;
            var lower = Objective(plain, beta);
            var next = plain;
            if (IsAccelerated)
            {
                var grown = (1 + Math.Sqrt(1 + 4 * t * t)) / 2;
                var far = Step(Beyond(now, before, (t - 1) / grown), curvature, beta);
                var other = Objective(far, beta);
                (next, lower, t) = other < lower ? (far, other, grown) : (plain, lower, 1);
            }
            (before, now, objective) = (now, next, lower);
            Report?.Invoke(objective);
        }
        var ended = Intercept(now);
        return Finish(
            beta,
            now.Weights,
            ended,
            Problem.Margins(now.Weights, ended),
            objective,
            residual,
            iteration,
            caution
        );
    }

    private string Caution(double beta) =>
        FormattableString.Invariant(
            $"β = {beta:G3} times the weak convexity {Problem.Penalty.WeakConvexity:G3} of {Problem.Penalty} exceeds the Lipschitz constant {_lipschitz:G3}: the step is smaller than its inverse."
        );

    private Point Step(Point from, double curvature, double beta)
    {
        var (gradient, slope) = Problem.Gradient(from.Weights, Intercept(from));
        var weights = new double[gradient.Length];
        for (var j = 0; j < weights.Length; j++)
        {
            var centred = gradient[j] - _means[j] * slope;
            weights[j] = Problem.Penalty.Prox(from.Weights[j] - centred / curvature, beta / curvature);
        }
        return new(weights, Problem.HasIntercept ? from.Middle - slope / curvature : 0);
    }

    private double Objective(Point point, double beta) => Problem.Objective(point.Weights, Intercept(point), beta);

    private double Intercept(Point point) => point.Middle - Vectors.Dot(point.Weights, _means);

    private static Point Beyond(Point now, Point before, double share)
    {
        var weights = new double[now.Weights.Length];
        for (var j = 0; j < weights.Length; j++)
            weights[j] = now.Weights[j] + share * (now.Weights[j] - before.Weights[j]);
        return new(weights, now.Middle + share * (now.Middle - before.Middle));
    }

    private static double Distance(Point a, Point b)
    {
        var most = Math.Abs(a.Middle - b.Middle);
        for (var j = 0; j < a.Weights.Length; j++)
            most = Math.Max(most, Math.Abs(a.Weights[j] - b.Weights[j]));
        return most;
    }

    // Middle is the intercept of columns without their means.
    private readonly record struct Point(double[] Weights, double Middle);
}
