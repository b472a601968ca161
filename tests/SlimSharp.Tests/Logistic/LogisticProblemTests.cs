using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

public class LogisticProblemTests
{
    private static readonly Gen<int> Seed = Gen.Int[0, 10_000];

    [Fact]
    public void Gradient_equals_finite_differences() =>
        Gen.Select(Seed, Gen.Double[-1, 1].Array[13], Gen.Double[0, 1])
            .Sample(
                (seed, w, l2) =>
                {
                    var (features, labels) = Problems.Logistic(seed, 37, 12, 3, 1);
                    var problem = new LogisticProblem(features, labels, new L1()) { L2 = l2 };
                    var (gradient, slope) = problem.Gradient(w.AsSpan(0, 12), w[12]);
                    for (var j = 0; j <= 12; j++)
                    {
                        var (up, down) = (w.ToArray(), w.ToArray());
                        up[j] += 1e-6;
                        down[j] -= 1e-6;
                        var numeric =
                            (
                                problem.Objective(up.AsSpan(0, 12), up[12], 0)
                                - problem.Objective(down.AsSpan(0, 12), down[12], 0)
                            ) / 2e-6;
                        Assert.Equal(numeric, j < 12 ? gradient[j] : slope, 1e-8);
                    }
                },
                iter: 50
            );

    [Fact]
    public void Objective_is_the_formula()
    {
        double[][] rows =
        [
            [1, 2],
            [-3, 0.5],
            [0, 0],
        ];
        sbyte[] labels = [1, -1, 1];
        var problem = new LogisticProblem(DenseMatrix.FromRows(rows), labels, new Mcp(2))
        {
            L2 = 0.3,
        }.WithSampleWeights([1, 2, 1]);
        double[] w = [0.4, -0.7];
        var expected = 0.0;
        for (var i = 0; i < 3; i++)
            expected +=
                new[] { 0.25, 0.5, 0.25 }[i]
                * Math.Log(1 + Math.Exp(-labels[i] * (rows[i][0] * w[0] + rows[i][1] * w[1] + 0.2)));
        expected += 0.1 * (new Mcp(2).Value(0.4) + new Mcp(2).Value(0.7)) + 0.15 * (0.16 + 0.49);
        Assert.Equal(expected, problem.Objective(w, 0.2, 0.1), 1e-14);
    }

    [Fact]
    public void Margins_of_any_size_give_finite_losses()
    {
        double[][] rows =
        [
            [1e4],
            [-1e4],
            [1e4],
            [-1e4],
            [0],
            [700],
            [-700],
            [30],
            [-30],
        ];
        sbyte[] labels = [1, 1, -1, -1, 1, -1, 1, 1, -1];
        var problem = new LogisticProblem(DenseMatrix.FromRows(rows), labels, new L1());
        Assert.Equal(
            (2e4 + 1400 + Math.Log(2) + 2 * Math.Log(1 + Math.Exp(-30))) / 9,
            problem.Objective([1], 0, 0),
            1e-10
        );
        Assert.True(double.IsFinite(problem.Gradient([1e300], 0).Weights[0]));
    }

    [Fact]
    public void Losses_and_slopes_are_exact_to_the_last_digits_wherever_the_margin_lies() =>
        Gen.Double[-60, 60]
            .Array[8]
            .Sample(
                margins =>
                {
                    // One sample counts, so that nothing small hides behind something large; the others make vectors
                    // full.
                    for (var i = 0; i < 8; i++)
                    {
                        var weights = new double[9];
                        (weights[i], weights[8]) = (1, 1e-300);
                        var problem = new LogisticProblem(
                            DenseMatrix.FromRows([.. margins.Select(m => new[] { m }), [0]]),
                            [1, 1, 1, 1, 1, 1, 1, 1, -1],
                            new L1()
                        ).WithSampleWeights(weights);
                        var e = Math.Exp(-Math.Abs(margins[i]));
                        var log =
                            e < 0.05
                                ? Enumerable.Range(1, 13).Sum(k => (k % 2 == 1 ? 1 : -1) * Math.Pow(e, k) / k)
                                : Math.Log(1 + e);
                        var loss = log + Math.Max(-margins[i], 0);
                        Assert.Equal(1, problem.Objective([1], 0, 0) / loss, 1e-13);
                        var slope = -(margins[i] >= 0 ? e : 1) / (1 + e);
                        Assert.Equal(1, problem.Gradient([1], 0).Intercept / slope, 1e-13);
                    }
                },
                iter: 500
            );

    [Fact]
    public void Two_samples_computed_by_hand()
    {
        var problem = new LogisticProblem(
            DenseMatrix.FromRows([
                [1],
                [-1],
            ]),
            [1, -1],
            Mcp.Firm(0.2)
        );
        Assert.Equal(0, problem.NullIntercept);
        Assert.Equal(0.5, problem.LargestBeta);
        sbyte[] labels = [.. Enumerable.Repeat((sbyte)1, 30), .. Enumerable.Repeat((sbyte)-1, 10)];
        Assert.Equal(
            Math.Log(3),
            new LogisticProblem(new DenseMatrix(40, 0, []), labels, new L1()).NullIntercept,
            1e-12
        );
    }

    [Fact]
    public void Lipschitz_constant_is_the_largest_eigenvalue() =>
        Seed.Sample(
            seed =>
            {
                var problem = Problems.Sample(seed, new L1());
                var (rows, columns) = (problem.Features.Rows, problem.Features.Columns);
                var hessian = new double[columns, columns];
                var means = new double[columns];
                var ones = Enumerable.Repeat(1.0 / rows, rows).ToArray();
                for (var j = 0; j < columns; j++)
                    means[j] = problem.Features.Dot(j, ones);
                for (var a = 0; a < columns; a++)
                {
                    var column = new double[rows];
                    problem.Features.Add(a, 1, column);
                    for (var b = 0; b < columns; b++)
                        hessian[a, b] = (problem.Features.Dot(b, column) / rows - means[a] * means[b]) / 4;
                }
                Assert.Equal(Math.Max(LargestEigenvalue(hessian), 0.25), problem.LipschitzConstant(), 1e-6);
            },
            iter: 200
        );

    // Jacobi's rotations.
    private static double LargestEigenvalue(double[,] m)
    {
        var n = m.GetLength(0);
        for (var sweep = 0; sweep < 30; sweep++)
        {
            for (var p = 0; p < n; p++)
            {
                for (var q = p + 1; q < n; q++)
                {
                    if (Math.Abs(m[p, q]) < 1e-15)
                        continue;
                    var angle = 0.5 * Math.Atan2(2 * m[p, q], m[q, q] - m[p, p]);
                    var (s, c) = Math.SinCos(angle);
                    for (var k = 0; k < n; k++)
                        (m[k, p], m[k, q]) = (c * m[k, p] - s * m[k, q], s * m[k, p] + c * m[k, q]);
                    for (var k = 0; k < n; k++)
                        (m[p, k], m[q, k]) = (c * m[p, k] - s * m[q, k], s * m[p, k] + c * m[q, k]);
                }
            }
        }
        return Enumerable.Range(0, n).Max(i => m[i, i]);
    }

    [Fact]
    public void Sparse_computes_what_dense_does() =>
        Gen.Select(Seed, Gen.Double[-1, 1].Array[40], Gen.Double[0, 1].Array[40])
            .Sample(
                (seed, v, d) =>
                {
                    var random = new Random(seed);
                    var values = Enumerable
                        .Range(0, 40 * 7)
                        .Select(_ => random.Next(3) == 0 ? random.NextDouble() - 0.5 : 0)
                        .ToArray();
                    DesignMatrix dense = new DenseMatrix(40, 7, values);
                    DesignMatrix sparse = Problems.ToSparse(dense);
                    var factors = Enumerable.Range(1, 7).Select(i => i / 3.0).ToArray();
                    var rows = Enumerable.Range(0, 40).Where(_ => random.Next(2) == 0).ToArray();
                    random.Shuffle(rows);
                    foreach (var (a, b) in new[] { (dense, sparse), (dense.Scaled(factors), sparse.Scaled(factors)) })
                    {
                        Same(a, b, v, d);
                        Same(a.Select(rows), b.Select(rows), v[..rows.Length], d[..rows.Length]);
                    }
                },
                iter: 100
            );

    private static void Same(DesignMatrix a, DesignMatrix b, double[] v, double[] d)
    {
        int[] some = [5, 0, 6, 2];
        var (ofDense, ofSparse) = (a.Gram(some, d), b.Gram(some, d));
        for (var i = 0; i < some.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                // xᵢ·D·xⱼ by its definition, in which unit vectors read single numbers.
                var sum = 0.0;
                for (var row = 0; row < d.Length; row++)
                {
                    var unit = new double[d.Length];
                    unit[row] = 1;
                    sum += d[row] * a.Dot(some[i], unit) * a.Dot(some[j], unit);
                }
                Assert.Equal(sum, ofDense[i][j], 1e-12);
                Assert.Equal(sum, ofSparse[i][j], 1e-12);
            }
        }
        for (var j = 0; j < a.Columns; j++)
        {
            Assert.Equal(a.Dot(j, v), b.Dot(j, v), 1e-12);
            Assert.Equal(a.Curvature(j, d), b.Curvature(j, d), 1e-12);
            Assert.Equal(a.Moments(j).Mean, b.Moments(j).Mean, 1e-12);
            Assert.Equal(a.Moments(j).Deviation, b.Moments(j).Deviation, 1e-12);
            var (x, y) = (v.ToArray(), v.ToArray());
            a.Add(j, 0.3, x);
            b.Add(j, 0.3, y);
            a.AddWeighted(j, -0.7, d, x);
            b.AddWeighted(j, -0.7, d, y);
            for (var i = 0; i < x.Length; i++)
                Assert.Equal(x[i], y[i], 1e-12);
        }
    }

    [Fact]
    public void What_is_no_problem_is_refused_with_a_sentence()
    {
        var two = DenseMatrix.FromRows([
            [1],
            [2],
        ]);
        string Message(Func<object> action) => Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.Contains(
            "samples of the other class are needed",
            Message(() => new LogisticProblem(two, [1, 1], new L1()))
        );
        Assert.Contains("2 samples, but 1 labels", Message(() => new LogisticProblem(two, [1], new L1())));
        Assert.Contains("must be −1 or +1", Message(() => new LogisticProblem(two, [0, 1], new L1())));
        Assert.Contains(
            "is NaN",
            Message(() =>
                DenseMatrix.FromRows([
                    [1],
                    [double.NaN],
                ])
            )
        );
        Assert.Contains("out of order", Message(() => new SparseMatrix(3, 1, [0, 2], [1, 0], [1, 1])));
        var problem = new LogisticProblem(two, [1, -1], new L1());
        Assert.Contains("weight of sample 1", Message(() => problem.WithSampleWeights([1, -1])));
        Assert.Contains("one class", Message(() => problem.WithSampleWeights([1, 0])));
        Assert.Contains("β must be", Message(() => new CoordinateDescent(problem, new()).Solve(-1)));
    }
}
