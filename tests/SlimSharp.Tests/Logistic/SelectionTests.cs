using SlimSharp.Linear;
using SlimSharp.Penalties;

namespace SlimSharp.Tests.Logistic;

public class SelectionTests
{
    [Fact]
    public void Folds_are_even_in_every_class_and_follow_from_the_seed()
    {
        var problem = Problems.Sample(1, new L1(), rows: 103);
        var betas = LogisticPath.Betas(problem, 8);
        CrossValidation Run(int seed, int threads) =>
            CrossValidation.Run(
                problem,
                betas,
                new()
                {
                    Folds = 5,
                    Seed = seed,
                    Threads = threads,
                }
            );
        Assert.Equal(Run(1, 1).Points, Run(1, 2).Points);
        Assert.NotEqual(Run(1, 1).Points, Run(2, 1).Points);
    }

    /// <summary>Cross-validation by hand: without standardisation, leaving one out of six.</summary>
    [Fact]
    public void What_is_not_trained_on_is_predicted()
    {
        var (features, labels) = Problems.Logistic(7, 12, 2, 1, 1);
        sbyte[] even = [.. labels.Select((_, i) => (sbyte)(i % 2 == 0 ? 1 : -1))];
        var problem = new LogisticProblem(features, even, new L1());
        var cv = CrossValidation.Run(problem, [0.05], new() { Folds = 6, Standardizes = false });
        // Every fold has one sample of each class; which, the seed says. The mean over all partitions into pairs is
        // bounded by the extremes over all pairs.
        var losses = new List<double>();
        for (var a = 0; a < 12; a += 2)
        {
            for (var b = 1; b < 12; b += 2)
            {
                int[] rest = [.. Enumerable.Range(0, 12).Where(i => i != a && i != b)];
                var s = new CoordinateDescent(problem.Select(rest), new()).Solve(0.05);
                losses.Add(problem.Select([a, b]).Score([.. s.Weights], s.Intercept).Loss);
            }
        }
        Assert.InRange(cv.Points[0].Loss, losses.Min(), losses.Max());
        Assert.Equal(losses.Average(), cv.Points[0].Loss, 0.1);
    }

    /// <summary>
    /// Down to strengths where much is selected, for penalties with and without a bound on their curvature; sets whose
    /// classes are not separated.
    /// </summary>
    [Theory]
    [InlineData("lp:p=0.5", "breast_cancer_wdbc")]
    [InlineData("lp:p=0.5", "spambase")]
    [InlineData("firm:zeta=0.2", "breast_cancer_wdbc")]
    [InlineData("firm:zeta=0.2", "spambase")]
    [InlineData("tl1:a=1", "spambase")]
    public void Every_solution_of_a_path_is_reached(string penalty, string set)
    {
        var data = LibsvmFile.Read(Machine.SharedPath("data", "tabular", $"{set}.libsvm.gz"));
        var features = data.Features.Scaled(Standardization.Factors(data.Features));
        var problem = new LogisticProblem(features, data.Labels, Penalty.Parse(penalty));
        var path = LogisticPath.Solve(new CoordinateDescent(problem, new()), LogisticPath.Betas(problem, 20));
        Assert.All(path, s => Assert.True(s.IsConverged && s.Iterations < 1000, $"{s.Iterations} {s.Remark}"));
        Assert.All(path.Skip(1).Zip(path), p => Assert.True(p.First.Objective <= p.Second.Objective));
    }

    [Fact]
    public void One_standard_error_takes_the_strongest_that_is_not_worse()
    {
        CrossValidationPoint Point(double beta, double loss) => new(beta, loss, 0.05, 0, 0, 0);
        var cv = new CrossValidation([Point(4, 0.9), Point(3, 0.54), Point(2, 0.52), Point(1, 0.5), Point(0.5, 0.6)]);
        Assert.Equal((3, 1), (cv.Best, cv.OneStandardError));
    }

    [Fact]
    public void Criteria_are_their_formulas()
    {
        var problem = Problems.Sample(3, new L1());
        var s = new CoordinateDescent(problem, new()).Solve(0.05);
        var loss = problem.Objective([.. s.Weights], s.Intercept, 0);
        var k = s.Selected + 1;
        Assert.Equal(160 * loss + 2 * k, InformationCriterion.Aic.Of(problem, s), 1e-9);
        Assert.Equal(160 * loss + k * Math.Log(80), InformationCriterion.Bic.Of(problem, s), 1e-9);
        Assert.Equal(160 * loss + k * Math.Log(80 * 12), InformationCriterion.Ebic.Of(problem, s), 1e-9);
    }

    [Fact]
    public void Too_many_folds_are_refused_with_a_sentence() =>
        Assert.Contains(
            "too few for 70 folds",
            Assert
                .Throws<ArgumentException>(() =>
                    CrossValidation.Run(Problems.Sample(1, new L1()), [0.1], new() { Folds = 70 })
                )
                .Message
        );

    [Fact]
    public void Area_under_the_curve_counts_pairs() =>
        Gen.Select(Gen.Int[0, 5].Array[2, 30], Gen.Bool.Array[30])
            .Sample(
                (values, positive) =>
                {
                    var p = values.Select(v => v / 5.0).ToArray();
                    sbyte[] labels = [.. p.Select((_, i) => (sbyte)(positive[i] ? 1 : -1))];
                    var (won, pairs) = (0.0, 0);
                    for (var i = 0; i < p.Length; i++)
                    {
                        for (var j = 0; j < p.Length; j++)
                        {
                            if (labels[i] > 0 && labels[j] < 0)
                                (won, pairs) = (
                                    won
                                        + (
                                            p[i] > p[j] ? 1
                                            : p[i] == p[j] ? 0.5
                                            : 0
                                        ),
                                    pairs + 1
                                );
                        }
                    }
                    if (pairs > 0)
                        Assert.Equal(won / pairs, LogisticScore.Of(p, labels).Area, 1e-12);
                }
            );

    [Fact]
    public void A_model_in_a_file_predicts_what_the_solution_does()
    {
        var (features, labels) = Problems.Logistic(9, 50, 4, 2, 1.5);
        var data = new LinearData(features, labels, ["a", "b", "c", "d"], ("no", "yes"));
        var factors = Standardization.Factors(features);
        var problem = new LogisticProblem(features.Scaled(factors), labels, new L1());
        var s = new CoordinateDescent(problem, new()).Solve(0.1);
        var path = Path.Combine(Machine.Folder(), "model.json");
        LogisticModel.Of(data, problem, s, factors).Write(path);
        var model = LogisticModel.Read(path);
        var p = model.Predict(data);
        var margins = new double[50];
        problem.Features.Multiply([.. s.Weights], s.Intercept, margins);
        for (var i = 0; i < 50; i++)
            Assert.Equal(1 / (1 + Math.Exp(-margins[i])), p[i], 1e-12);
        // By name, whatever the order; and not without a feature that counts.
        var used = model.Weights[0].Feature;
        Assert.Contains(
            $"lack the feature '{used}'",
            Assert
                .Throws<LinearDataException>(() =>
                    model.Predict(data with { Names = [.. data.Names.Select(n => n == used ? "other" : n)] })
                )
                .Message
        );
        File.WriteAllText(path, """{"format": "other"}""");
        Assert.Contains(path, Assert.Throws<LinearDataException>(() => LogisticModel.Read(path)).Message);
    }
}
