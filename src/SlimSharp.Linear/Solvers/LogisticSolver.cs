namespace SlimSharp.Linear;

/// <summary>
/// Finds stationary points of a <see cref="LogisticProblem"/>. Starts from zero, or from a solution of a nearby β. It
/// keeps what it works with, so it is for one thread at a time.
/// </summary>
public abstract class LogisticSolver
{
    private protected LogisticSolver(LogisticProblem problem, SolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(options);
        (Problem, Options) = (problem, options);
        Scale = Math.Max(problem.NullGradient, double.Epsilon);
    }

    /// <summary>The problem.</summary>
    public LogisticProblem Problem { get; }

    /// <summary>When it stops.</summary>
    public SolverOptions Options { get; }

    /// <summary>The residual at which it stops.</summary>
    public double Target => Options.Tolerance * Scale;

    private protected double Scale { get; }

    /// <summary>A stationary point for this strength of the penalty.</summary>
    /// <param name="beta">β ≥ 0.</param>
    /// <param name="start">
    /// Where to begin: a solution of the same features; by default all weights are zero and the intercept is the best
    /// for that.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">β is negative or not finite.</exception>
    public LogisticSolution Solve(double beta, LogisticSolution? start = null)
    {
        if (!(beta >= 0 && double.IsFinite(beta)))
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "β must be 0 or more and finite.");
        if (start is not null && start.Weights.Count != Problem.Features.Columns)
            throw new ArgumentException(
                $"The start has {start.Weights.Count} weights, but there are {Problem.Features.Columns} features."
            );
        var weights = start is null ? new double[Problem.Features.Columns] : [.. start.Weights];
        return Minimize(beta, weights, Problem.HasIntercept ? start?.Intercept ?? Problem.NullIntercept : 0);
    }

    private protected abstract LogisticSolution Minimize(double beta, double[] weights, double intercept);

    private protected LogisticSolution Finish(
        double beta,
        double[] weights,
        double intercept,
        double[] margins,
        double objective,
        double residual,
        int iterations,
        string? caution = null
    )
    {
        var converged = residual <= Target;
        var sentence = Separation.Sentence(Problem, weights, margins, beta);
        if (sentence is null && !converged)
            sentence = FormattableString.Invariant(
                $"Not converged: after {iterations} iterations the residual is {residual:G2}, not {Target:G2}."
            );
        return new()
        {
            Beta = beta,
            Weights = weights,
            Intercept = intercept,
            Objective = objective,
            Residual = residual,
            Iterations = iterations,
            IsConverged = converged,
            Remark =
                caution is null ? sentence
                : sentence is null ? caution
                : $"{caution} {sentence}",
        };
    }
}
