namespace SlimSharp.Linear;

/// <summary>Solutions for descending β, each begun where the one before ended.</summary>
public static class LogisticPath
{
    /// <summary>
    /// Equal factors from the largest β, below which weights appear, down to a share of it; for lp, where there is
    /// none, from that of l1.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="least">
    /// The last as a share of the first, in (0, 1); by default 0.001, and 0.01 where there are more features than
    /// samples.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the share is out of range.</exception>
    public static double[] Betas(LogisticProblem problem, int count = 50, double? least = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var share = least ?? (problem.Features.Rows < problem.Features.Columns ? 0.01 : 0.001);
        if (!(share > 0 && share < 1))
            throw new ArgumentOutOfRangeException(
                nameof(least),
                share,
                "The last β must be a share of the first in (0, 1)."
            );
        // For lp none excludes the trivial solution; that of l1 is where a path may begin as well.
        var largest = problem.LargestBeta ?? problem.NullGradient;
        var betas = new double[count];
        for (var i = 0; i < count; i++)
            betas[i] = largest * Math.Pow(share, count == 1 ? 0 : (double)i / (count - 1));
        return betas;
    }

    /// <summary>The solutions, in the order of β, which should descend.</summary>
    /// <param name="solver">Finds them.</param>
    /// <param name="betas">The strengths.</param>
    /// <param name="report">Told of every solution.</param>
    public static IReadOnlyList<LogisticSolution> Solve(
        LogisticSolver solver,
        IReadOnlyList<double> betas,
        Action<LogisticSolution>? report = null
    )
    {
        ArgumentNullException.ThrowIfNull(solver);
        ArgumentNullException.ThrowIfNull(betas);
        var path = new List<LogisticSolution>(betas.Count);
        foreach (var beta in betas)
        {
            path.Add(solver.Solve(beta, path.LastOrDefault()));
            report?.Invoke(path[^1]);
        }
        return path;
    }
}
