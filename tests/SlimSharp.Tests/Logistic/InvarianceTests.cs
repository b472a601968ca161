using SlimSharp.Linear;
using SlimSharp.Penalties;
using static SlimSharp.Tests.Logistic.SolverTests;

namespace SlimSharp.Tests.Logistic;

/// <summary>What must not matter to a solution: copies, order, storage, sides, units and means.</summary>
public class InvarianceTests
{
    [Fact]
    public void A_copy_of_a_sample_counts_as_its_weight() =>
        Seed.Sample(
            seed =>
            {
                var (features, labels) = Problems.Logistic(seed, 40, 6, 2, 1.5);
                var weights = Enumerable.Range(0, 40).Select(i => (double)(1 + i % 3)).ToArray();
                int[] copies = [.. Enumerable.Range(0, 40).SelectMany(i => Enumerable.Repeat(i, 1 + i % 3))];
                var problem = new LogisticProblem(features, labels, new L1());
                var weighted = new CoordinateDescent(problem.WithSampleWeights(weights), Exact).Solve(0.02);
                var copied = new CoordinateDescent(problem.Select(copies), Exact).Solve(0.02);
                Assert.Equal(copied.Objective, weighted.Objective, 1e-12);
                for (var j = 0; j < 6; j++)
                    Assert.Equal(copied.Weights[j], weighted.Weights[j], 1e-5);
            },
            iter: 20
        );

    [Fact]
    public void Neither_order_nor_sparseness_nor_sides_matter() =>
        Gen.Select(Seed, Any)
            .Sample(
                (seed, penalty) =>
                {
                    var (features, labels) = Problems.Logistic(seed, 60, 8, 2, 1.5);
                    LogisticSolution Solve(DesignMatrix x, sbyte[] y) =>
                        new CoordinateDescent(new(x, y, new L1()), Exact).Solve(0.03);
                    var plain = Solve(features, labels);
                    var sparse = Solve(Problems.ToSparse(features), labels);
                    int[] order = [.. Enumerable.Range(0, 60)];
                    new Random(seed).Shuffle(order);
                    var shuffled = Solve(features.Select(order), [.. order.Select(i => labels[i])]);
                    var mirrored = Solve(features, [.. labels.Select(l => (sbyte)-l)]);
                    for (var j = 0; j < 8; j++)
                    {
                        Assert.Equal(plain.Weights[j], sparse.Weights[j], 1e-6);
                        Assert.Equal(plain.Weights[j], shuffled.Weights[j], 1e-6);
                        Assert.Equal(plain.Weights[j], -mirrored.Weights[j], 1e-6);
                    }
                    Assert.Equal(plain.Intercept, -mirrored.Intercept, 1e-6);
                },
                iter: 20
            );

    [Fact]
    public void Units_of_features_do_not_matter_after_standardisation()
    {
        var (features, labels) = Problems.Logistic(3, 60, 5, 2, 1.5);
        double[] Solve(DesignMatrix x)
        {
            var factors = Standardization.Factors(x);
            var s = new CoordinateDescent(new(x.Scaled(factors), labels, Mcp.Firm(0.1)), Exact).Solve(0.05);
            return Standardization.Undo(s.Weights, factors);
        }
        var (metres, feet) = (Solve(features), Solve(features.Scaled([2, 100, 0.01, 1, -3])));
        double[] units = [2, 100, 0.01, 1, -3];
        for (var j = 0; j < 5; j++)
            Assert.Equal(metres[j], feet[j] * units[j], 1e-6);
    }

    [Fact]
    public void Means_of_features_do_not_slow_a_fit()
    {
        var (features, labels) = Problems.Logistic(5, 200, 20, 3, 1.5);
        var moved = DenseMatrix.FromRows([.. Enumerable.Range(0, 200).Select(i => Problems.Row(features, i, 1000))]);
        var (near, far) = (
            new CoordinateDescent(new(features, labels, new L1()), new()).Solve(0.02),
            new CoordinateDescent(new(moved, labels, new L1()), new()).Solve(0.02)
        );
        Assert.True(far.IsConverged);
        Assert.Equal(near.Objective, far.Objective, 1e-9);
        Assert.True(far.Iterations < 2 * near.Iterations + 10);
    }
}
