using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

/// <summary>
/// What weakly convex penalties are claimed to do, with margins that were written before; sizes that nobody waits for;
/// and other people's solver.
/// </summary>
[Trait("Length", "long")]
public class LogisticClaimTests
{
    private const int Relevant = 10;

    private static (double Selected, double False, double Found, double Error) Synthetic(Penalty penalty, int draws)
    {
        var (selected, wrong, found, error) = (0.0, 0.0, 0.0, 0.0);
        for (var draw = 0; draw < draws; draw++)
        {
            var (all, labels) = Problems.Logistic(draw, 2600, 200, Relevant, 2);
            LogisticProblem Part(int from, int count)
            {
                int[] rows = [.. Enumerable.Range(from, count)];
                return new(all.Select(rows), [.. rows.Select(i => labels[i])], penalty);
            }
            var (train, validation, test) = (Part(0, 300), Part(300, 300), Part(600, 2000));
            var betas = Enumerable
                .Range(1, 24)
                .Select(k => train.LargestBeta!.Value * Math.Pow(10, -k / 10.0))
                .ToArray();
            var best = LogisticPath
                .Solve(new CoordinateDescent(train, new()), betas)
                .MinBy(s => validation.Score([.. s.Weights], s.Intercept).Loss)!;
            selected += best.Selected / (double)draws;
            found += best.Weights.Take(Relevant).Count(w => w != 0) / (double)draws;
            wrong += best.Weights.Skip(Relevant).Count(w => w != 0) / (double)draws;
            error += test.Score([.. best.Weights], best.Intercept).ErrorRate / draws;
        }
        return (selected, wrong, found, error);
    }

    [Fact]
    public void On_the_synthetic_design_the_weakly_convex_penalty_finds_the_truth_with_fewer_features_and_errors()
    {
        var (l1, firm) = (Synthetic(new L1(), 6), Synthetic(Mcp.Firm(0.5), 6));
        Assert.True(firm.Selected <= 0.5 * l1.Selected, $"{firm} {l1}");
        Assert.True(firm.Error <= l1.Error, $"{firm} {l1}");
        Assert.True(firm.False <= 3 && l1.False >= 20, $"{firm} {l1}");
        Assert.Equal((Relevant, Relevant), ((int)Math.Round(firm.Found, 6), (int)Math.Round(l1.Found, 6)));
    }

    [Fact]
    public void On_breast_cancer_it_needs_fewer_features_at_errors_within_a_point()
    {
        var data = LibsvmFile.Read(Machine.SharedPath("data", "tabular", "breast_cancer_wdbc.libsvm.gz"));
        (double Selected, double Error) Mean(Penalty penalty)
        {
            var (selected, error) = (0.0, 0.0);
            for (var split = 0; split < 10; split++)
            {
                int[] order = [.. Enumerable.Range(0, data.Labels.Length)];
                new Random(split).Shuffle(order);
                var (a, b) = (order.Length * 6 / 10, order.Length * 8 / 10);
                var all = new LogisticProblem(data.Features, data.Labels, penalty);
                var train = all.Select(order.AsSpan(0, a));
                var factors = Standardization.Factors(train.Features);
                LogisticProblem Scaled(LogisticProblem p) => p.WithFeatures(p.Features.Scaled(factors));
                var (fit, validation, test) = (
                    Scaled(train),
                    Scaled(all.Select(order.AsSpan(a..b))),
                    Scaled(all.Select(order.AsSpan(b)))
                );
                var betas = Enumerable
                    .Range(1, 24)
                    .Select(k => fit.LargestBeta!.Value * Math.Pow(10, -k / 10.0))
                    .ToArray();
                var best = LogisticPath
                    .Solve(new CoordinateDescent(fit, new()), betas)
                    .MinBy(s => validation.Score([.. s.Weights], s.Intercept).Loss)!;
                selected += best.Selected / 10.0;
                error += test.Score([.. best.Weights], best.Intercept).ErrorRate / 10;
            }
            return (selected, error);
        }
        var (l1, firm) = (Mean(new L1()), Mean(Mcp.Firm(0.1)));
        Assert.True(firm.Selected <= 0.85 * l1.Selected, $"{firm} {l1}");
        Assert.True(Math.Abs(firm.Error - l1.Error) <= 0.01, $"{firm} {l1}");
    }

    private const string Fit = """
        import sys, numpy as np
        from sklearn.datasets import load_svmlight_file
        from sklearn.linear_model import LogisticRegression
        X, y = load_svmlight_file(sys.argv[1])
        n = X.shape[0]
        scale = np.array([float(v) for v in open(sys.argv[2]).read().split()])
        X = X.multiply(scale).tocsr()
        beta = float(sys.argv[3])
        model = LogisticRegression(penalty="l1", C=1 / (n * beta), solver="liblinear", tol=1e-9, fit_intercept=False, max_iter=100000)
        print(" ".join(repr(float(w)) for w in model.fit(X, y).coef_.ravel()))
        """;

    [Theory]
    [InlineData("a9a")]
    [InlineData("spambase")]
    [InlineData("basehock")]
    [InlineData("sonar")]
    [InlineData("golub")]
    public void Scikit_learn_finds_the_same_minimum_of_l1(string name)
    {
        var path = Machine.SharedPath("data", "tabular", $"{name}.libsvm.gz");
        var data = LibsvmFile.Read(path);
        var factors = Standardization.Factors(data.Features);
        var problem = new LogisticProblem(data.Features.Scaled(factors), data.Labels, new L1())
        {
            HasIntercept = false,
        };
        var beta = 0.05 * problem.NullGradient;
        var scales = Path.Combine(Machine.Folder(), "scales.txt");
        File.WriteAllText(scales, string.Join(' ', factors.Select(f => f.ToString("R"))));
        double[] theirs =
        [
            .. Machine.Python("sklearn", Fit, path, scales, beta.ToString("R")).Split(' ').Select(double.Parse),
        ];
        var ours = new CoordinateDescent(problem, new() { Tolerance = 1e-8 }).Solve(beta);
        var objective = problem.Objective(theirs, 0, beta);
        Assert.True(ours.IsConverged);
        Assert.Equal(objective, ours.Objective, 1e-6);
        Assert.True(ours.Objective <= objective + 1e-12);
    }

    [Fact]
    public void Two_hundred_thousand_samples_of_five_thousand_features_fit_in_little_memory()
    {
        const int Rows = 200_000;
        const int Columns = 5000;
        const int PerColumn = 400;
        var random = new Random(1);
        var starts = new long[Columns + 1];
        var (rows, values) = (new int[Columns * PerColumn], new double[Columns * PerColumn]);
        var margins = new double[Rows];
        for (var j = 0; j < Columns; j++)
        {
            starts[j + 1] = starts[j] + PerColumn;
            var chosen = new SortedSet<int>();
            while (chosen.Count < PerColumn)
                chosen.Add(random.Next(Rows));
            chosen.CopyTo(rows, (int)starts[j]);
            for (var k = starts[j]; k < starts[j + 1]; k++)
            {
                values[k] = 1 + random.NextDouble();
                margins[rows[k]] += j < 50 ? 4 * values[k] : 0;
            }
        }
        sbyte[] labels =
        [
            .. margins.Select(z => random.NextDouble() < 1 / (1 + Math.Exp(-(z - 1))) ? (sbyte)1 : (sbyte)-1),
        ];
        var features = new SparseMatrix(Rows, Columns, starts, rows, values);
        var problem = new LogisticProblem(features.Scaled(Standardization.Factors(features)), labels, Mcp.Firm(0.1));
        GC.Collect();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var solver = new CoordinateDescent(problem, new());
        var path = LogisticPath.Solve(solver, LogisticPath.Betas(problem, 20, 0.1));
        Assert.All(path, s => Assert.True(s.IsConverged));
        Assert.True(path[^1].Weights.Take(50).Count(w => w != 0) >= 45);
        // Dense it would be 8 GB; the vectors of a fit are some 30 MB.
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 200_000_000);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, 2_000_000_000);
    }
}
