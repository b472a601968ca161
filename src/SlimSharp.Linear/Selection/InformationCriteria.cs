namespace SlimSharp.Linear;

/// <summary>Criteria of solutions.</summary>
public static class InformationCriteria
{
    /// <summary>The criterion of a solution, with k its features and the intercept.</summary>
    public static double Of(this InformationCriterion criterion, LogisticProblem problem, LogisticSolution solution)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(solution);
        double n = problem.Features.Rows;
        var k = solution.Selected + (problem.HasIntercept ? 1 : 0);
        var loss = problem.Score([.. solution.Weights], solution.Intercept).Loss;
        return 2 * n * loss
            + criterion switch
            {
                InformationCriterion.Aic => 2 * k,
                InformationCriterion.Bic => k * Math.Log(n),
                _ => k * (Math.Log(n) + Math.Log(Math.Max(problem.Features.Columns, 1))),
            };
    }
}
