using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

public class SolverTests
{
    internal static readonly SolverOptions Exact = new() { Tolerance = 1e-9, MostIterations = 200_000 };
    internal static readonly Gen<int> Seed = Gen.Int[0, 10_000];
    internal static readonly Gen<Penalty> Any = Gen.Int[0, Problems.Penalties.Length - 1]
        .Select(i => Problems.Penalties[i]);

    internal static double Beta(LogisticProblem problem, double share) =>
        share * (problem.LargestBeta ?? problem.NullGradient);

    [Fact]
    public void Both_solvers_reach_the_minimum_of_l1() =>
        Gen.Select(Seed, Gen.Double[0.02, 0.9], Gen.Double[0, 0.1])
            .Sample(
                (seed, share, l2) =>
                {
                    var (features, labels) = Problems.Logistic(seed, 80, 12, 3, 1.5);
                    var problem = new LogisticProblem(features, labels, new L1())
                    {
                        L2 = l2,
                        HasIntercept = seed % 3 != 0,
                    };
                    var beta = Beta(problem, share);
                    var fast = new CoordinateDescent(problem, Exact).Solve(beta);
                    var slow = new IterativeShrinkage(problem, Exact).Solve(beta);
                    Assert.True(fast.IsConverged && slow.IsConverged);
                    Assert.Equal(slow.Objective, fast.Objective, 1e-12);
                    Assert.Equal(fast.Objective, problem.Objective([.. fast.Weights], fast.Intercept, beta), 1e-12);
                },
                iter: 60
            );

    [Fact]
    public void Every_solution_is_stationary() =>
        Gen.Select(Seed, Any, Gen.Double[0.05, 0.9])
            .Sample(
                (seed, penalty, share) =>
                {
                    var problem = Problems.Sample(seed, penalty);
                    var beta = Beta(problem, share);
                    foreach (
                        LogisticSolver solver in new LogisticSolver[]
                        {
                            new CoordinateDescent(problem, Exact),
                            new IterativeShrinkage(problem, Exact),
                        }
                    )
                    {
                        var s = solver.Solve(beta);
                        if (!s.IsConverged)
                            continue; // said so; see below
                        var (g, slope) = problem.Gradient([.. s.Weights], s.Intercept);
                        Assert.Equal(0, slope, 1e-7);
                        for (var j = 0; j < g.Length; j++)
                            Assert.Equal(0, beta * penalty.SubdifferentialDistance(s.Weights[j], g[j] / beta), 1e-6);
                    }
                },
                iter: 100
            );

    [Fact]
    public void Coordinate_descent_converges_for_every_penalty() =>
        Gen.Select(Seed, Any, Gen.Double[0.05, 0.9])
            .Sample(
                (seed, penalty, share) =>
                {
                    var problem = Problems.Sample(seed, penalty);
                    var s = new CoordinateDescent(problem, new() { Tolerance = 1e-6 }).Solve(Beta(problem, share));
                    Assert.True(s.IsConverged, $"{penalty} {share} {s.Remark}");
                },
                iter: 200
            );

    [Fact]
    public void Features_that_are_much_alike_do_not_keep_each_other_from_their_minimum() =>
        Gen.Select(Seed, Gen.Double[0.01, 0.3])
            .Sample(
                (seed, share) =>
                {
                    // Without an intercept a large common mean makes all features nearly one.
                    var (features, labels) = Problems.Logistic(seed, 200, 40, 5, 1);
                    var columns = new double[200 * 40];
                    for (var j = 0; j < 40; j++)
                    {
                        columns.AsSpan(200 * j, 200).Fill(50);
                        features.Add(j, 1, columns.AsSpan(200 * j, 200));
                    }
                    var problem = new LogisticProblem(new DenseMatrix(200, 40, columns), labels, new L1())
                    {
                        HasIntercept = false,
                    };
                    var beta = Beta(problem, share);
                    var s = new CoordinateDescent(problem, new() { Tolerance = 1e-7 }).Solve(beta);
                    Assert.True(s.IsConverged && s.Iterations < 3000, $"{s.Iterations} {s.Remark}");
                    var (g, _) = problem.Gradient([.. s.Weights], 0);
                    for (var j = 0; j < g.Length; j++)
                        Assert.Equal(
                            0,
                            beta * problem.Penalty.SubdifferentialDistance(s.Weights[j], g[j] / beta),
                            1e-5
                        );
                },
                iter: 40
            );

    [Fact]
    public void Above_the_largest_beta_nothing_is_selected_and_below_something_is() =>
        Gen.Select(Seed, Any)
            .Sample(
                (seed, penalty) =>
                {
                    var problem = Problems.Sample(seed, penalty);
                    if (problem.LargestBeta is not { } largest)
                    {
                        Assert.IsType<Lp>(penalty);
                        return;
                    }
                    foreach (
                        LogisticSolver solver in new LogisticSolver[]
                        {
                            new CoordinateDescent(problem, Exact),
                            new IterativeShrinkage(problem, Exact),
                        }
                    )
                    {
                        Assert.Equal(0, solver.Solve(1.01 * largest).Selected);
                        Assert.Equal(problem.NullIntercept, solver.Solve(1.01 * largest).Intercept, 1e-7);
                        Assert.True(solver.Solve(0.99 * largest).Selected > 0);
                    }
                },
                iter: 40
            );

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shrinkage_never_raises_the_objective(bool accelerated) =>
        Gen.Select(Seed, Any, Gen.Double[0.05, 0.9])
            .Sample(
                (seed, penalty, share) =>
                {
                    var problem = Problems.Sample(seed, penalty);
                    var last = double.PositiveInfinity;
                    new IterativeShrinkage(problem, new() { MostIterations = 300 })
                    {
                        IsAccelerated = accelerated,
                        Report = objective =>
                        {
                            Assert.True(objective <= last + 1e-14);
                            last = objective;
                        },
                    }.Solve(Beta(problem, share));
                },
                iter: 60
            );

    [Fact]
    public void A_step_that_the_penalty_forbids_is_made_smaller_and_said()
    {
        var problem = Problems.Sample(1, new Mcp(0.01));
        var s = new IterativeShrinkage(problem, new() { MostIterations = 100_000 }).Solve(Beta(problem, 0.5));
        Assert.Contains("smaller than its inverse", s.Remark);
        Assert.True(s.IsConverged);
        Assert.DoesNotContain(
            "smaller",
            new IterativeShrinkage(Problems.Sample(1, Mcp.Firm(0.1)), new()).Solve(0.05).Remark ?? ""
        );
    }

    [Fact]
    public void A_minimum_that_is_not_attained_is_said_in_words()
    {
        var features = DenseMatrix.FromRows([
            [1, 0.1],
            [2, -0.2],
            [-1, 0.1],
            [-2, 0],
        ]);
        sbyte[] labels = [1, 1, -1, -1];
        string? Remark(Penalty penalty, double beta, double l2 = 0) =>
            new CoordinateDescent(new(features, labels, penalty) { L2 = l2 }, new() { MostIterations = 500 })
                .Solve(beta)
                .Remark;
        Assert.Contains("no minimum is attained", Remark(Mcp.Firm(0.5), 0.01));
        Assert.Null(Remark(new L1(), 0.01));
        Assert.Null(Remark(Mcp.Firm(0.5), 0.01, l2: 0.1));
        Assert.Null(Remark(new Logarithmic(1), 0.01)); // grows without bound
    }

    [Fact]
    public void Warm_starts_end_where_cold_ones_do()
    {
        var problem = Problems.Sample(11, new L1());
        var solver = new CoordinateDescent(problem, Exact);
        var path = LogisticPath.Solve(solver, LogisticPath.Betas(problem, 20));
        Assert.Equal(0, path[0].Selected);
        for (var i = 1; i < path.Count; i++)
        {
            Assert.Equal(solver.Solve(path[i].Beta).Objective, path[i].Objective, 1e-12);
            // With β the penalty falls, and so does the objective; the loss falls and the norm rises (l1).
            Assert.True(path[i].Objective <= path[i - 1].Objective);
            Assert.True(Norm(path[i]) >= Norm(path[i - 1]) - 1e-9);
        }
        static double Norm(LogisticSolution s) => s.Weights.Sum(Math.Abs);
    }

    [Fact]
    public void Constant_features_keep_the_weight_zero()
    {
        var (features, labels) = Problems.Logistic(5, 50, 3, 1, 1.5);
        var with = DenseMatrix.FromRows([
            .. Enumerable.Range(0, 50).Select(i => (double[])[.. Problems.Row(features, i, 0), 7, 0]),
        ]);
        var factors = Standardization.Factors(with);
        Assert.Equal([0, 0], factors[3..]);
        var s = new CoordinateDescent(new(with.Scaled(factors), labels, new Lp(0.5)), new()).Solve(0.01);
        Assert.Equal([0, 0], s.Weights.Skip(3));
        Assert.Equal(0, new CoordinateDescent(new(with, labels, new L1()), new()).Solve(1e-4).Weights[3]);
    }
}
