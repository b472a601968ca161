using CsCheck;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class StatisticsTests
{
    // Two-sided 95 % and 99 % points, as printed in tables of the distribution.
    [Theory]
    [InlineData(0.975, 1, 12.7062)]
    [InlineData(0.975, 5, 2.5706)]
    [InlineData(0.975, 30, 2.0423)]
    [InlineData(0.995, 4, 4.6041)]
    [InlineData(0.995, 9, 3.2498)]
    public void Quantiles_are_those_of_the_tables(double probability, int freedom, double expected)
    {
        Assert.Equal(expected, StudentT.Quantile(probability, freedom), 4);
        Assert.Equal(-expected, StudentT.Quantile(1 - probability, freedom), 4);
        Assert.Equal(probability, StudentT.Below(StudentT.Quantile(probability, freedom), freedom), 12);
    }

    [Fact]
    public void The_distribution_is_the_integral_of_its_density() =>
        (from freedom in Gen.Int[1, 40] from t in Gen.Double[-6, 6] select (freedom, t)).Sample(
            x =>
            {
                // Simpson's rule over (1 + u²/ν)^(−(ν+1)/2), against the whole of it in u = tan.
                double Integral(double to)
                {
                    const int Steps = 4000;
                    var end = Math.Atan(to / Math.Sqrt(x.freedom));
                    double F(double a) => Math.Pow(Math.Cos(a), x.freedom - 1);
                    var (h, sum) = ((end + Math.PI / 2) / Steps, F(-Math.PI / 2) + F(end));
                    for (var i = 1; i < Steps; i++)
                        sum += (i % 2 == 1 ? 4 : 2) * F(-Math.PI / 2 + i * h);
                    return sum * h / 3;
                }
                Assert.Equal(Integral(x.t) / Integral(1e12), StudentT.Below(x.t, x.freedom), 6);
            },
            iter: 50
        );

    [Fact]
    public void Flipped_signs_are_all_gone_through()
    {
        // Of the eight sums of ±1 ±2 ±4, 7 is the largest, and 1 and what exceeds it are four.
        Assert.Equal(1 / 8.0, PairedDifference.Of([1, 2, 4], [0, 0, 0]).LargerByChance());
        Assert.Equal(4 / 8.0, PairedDifference.Of([-1, -2, 4], [0, 0, 0]).LargerByChance());
        Assert.Equal(2 / 8.0, PairedDifference.Of([-1, -2, -4], [0, 0, 0]).AsFarByChance());
        Assert.Equal(1, PairedDifference.Of([0, 0, 0], [0, 0, 0]).LargerByChance());
        Assert.Equal(1 / 64.0, PairedDifference.Of([5, 5, 5, 5, 5, 5], [4, 4, 4, 4, 4, 4]).LargerByChance());
    }

    /// <summary>Against the binomial distribution, of which differences of equal size are an instance.</summary>
    [Fact]
    public void Of_many_pairs_so_many_signs_are_drawn_that_the_share_is_that_of_all()
    {
        const int Pairs = 25;
        double[] differences = [.. Enumerable.Range(0, Pairs).Select(i => i < 17 ? 1.0 : -1)];
        double Choose(int k) => k == 0 ? 1 : Choose(k - 1) * (Pairs - k + 1) / k;
        var exact = Enumerable.Range(17, Pairs - 16).Sum(Choose) / Math.Pow(2, Pairs);
        var pairs = PairedDifference.Of(differences, new double[Pairs]);
        Assert.Equal(exact, pairs.LargerByChance(), 3);
        Assert.Equal(pairs.LargerByChance(), pairs.LargerByChance());
        Assert.Equal(2 * exact, pairs.AsFarByChance(), 3);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.01)]
    [InlineData(0.3)]
    public void Pairs_are_enough_from_the_first_number_of_which_the_clearest_outcome_is_told_from_chance(double level)
    {
        bool IsTold(int n) =>
            PairedDifference.Of([.. Enumerable.Repeat(1.0, n)], new double[n]).AsFarByChance() <= level;
        var enough = Enumerable.Range(2, 18).First(IsTold);
        foreach (var n in Enumerable.Range(2, 12))
        {
            var needed = PairedDifference.Of(new double[n], new double[n]).PairsNeeded(level);
            Assert.Equal(n < enough ? enough : null, needed);
        }
    }

    [Fact]
    public void Equivalence_is_shown_just_when_the_90_percent_interval_lies_within_the_margin() =>
        (
            from differences in Gen.Double[-1, 1].Array[3, 10]
            from margin in Gen.Double[0.01, 1.5]
            select (differences, margin)
        ).Sample(x =>
        {
            var pairs = PairedDifference.Of(x.differences, new double[x.differences.Length]);
            var (low, high) = pairs.Interval(0.9);
            Assert.Equal(low > -x.margin && high < x.margin, pairs.OutsideMargin(x.margin) < 0.05);
        });

    [Fact]
    public void Holm_raises_values_in_their_order()
    {
        Assert.Equal([0.03, 0.06, 0.06, 0.02], Holm.Adjust([0.01, 0.03, 0.04, 0.005]).Select(p => Math.Round(p, 9)));
        Gen.Double[0, 1]
            .Array[1, 12]
            .Sample(values =>
            {
                var adjusted = Holm.Adjust(values);
                // A hypothesis is rejected at α just when it and all smaller ones pass α divided by how many are left.
                foreach (var alpha in (double[])[0.01, 0.05, 0.3])
                {
                    var sorted = values.Order().ToArray();
                    var rejected = sorted.TakeWhile((p, i) => p * (values.Length - i) <= alpha).Count();
                    Assert.Equal(rejected, adjusted.Count(p => p <= alpha));
                }
            });
    }

    [Fact]
    public void Chances_against_a_bound_are_those_of_what_exceeds_it()
    {
        Gen.Double[-3, 3]
            .Array[2, 9]
            .Select(Gen.Double[-2, 2])
            .Sample(
                (differences, bound) =>
                {
                    var zeros = new double[differences.Length];
                    var given = PairedDifference.Of(differences, zeros);
                    var over = PairedDifference.Of([.. differences.Select(d => d - bound)], zeros);
                    var under = PairedDifference.Of([.. differences.Select(d => bound - d)], zeros);
                    Assert.Equal(over.LargerByChance(), given.LargerByChance(bound));
                    Assert.Equal(under.LargerByChance(), given.SmallerByChance(bound));
                }
            );
    }
}
