namespace SlimSharp.Linear;

/// <summary>Solutions for descending β, each begun where the one before ended.</summary>
public static class LogisticPath
{
    /// <summary>Equal factors from the largest β, below which weights appear, down to a share of it; for lp, where there is none, from that of l1.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="count">How many; at least 1.</param>
    /// <param name="least">The last as a share of the first, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The count or the share is out of range.</exception>
    public static double[] Betas(LogisticProblem problem, int count = 50, double least = 0.01)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!(least > 0 && least < 1))
            throw new ArgumentOutOfRangeException(
                nameof(least),
                least,
                "The last β must be a share of the first in (0, 1)."
            );
        // For lp none excludes the trivial solution; that of l1 is where a path may begin as well.
        var largest = problem.LargestBeta ?? problem.NullGradient;
        var betas = new double[count];
        for (var i = 0; i < count; i++)
            betas[i] = largest * Math.Pow(least, count == 1 ? 0 : (double)i / (count - 1));
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
