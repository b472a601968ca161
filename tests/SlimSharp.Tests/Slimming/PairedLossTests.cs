using CsCheck;
using SlimSharp.Slimming;

namespace SlimSharp.Tests.Slimming;

public class PairedLossTests
{
    [Fact]
    public void It_counts_the_images_on_which_two_networks_disagree() =>
        Gen.Select(Gen.Bool, Gen.Bool)
            .Array[1, 50]
            .Sample(images =>
            {
                bool[] before = [.. images.Select(i => i.Item1)];
                bool[] after = [.. images.Select(i => i.Item2)];
                var loss = PairedLoss.Of(before, after);
                var expected = before.Average(b => b ? 1.0 : 0) - after.Average(a => a ? 1.0 : 0);
                Assert.Equal(expected, loss.Mean, 12);
                Assert.True(loss.AtMost > loss.Mean);
            });

    /// <summary>Over all outcomes, weighed by how often each comes up.</summary>
    [Theory]
    [InlineData(30, 0.02, 0.02)]
    [InlineData(30, 0.1, 0.05)]
    [InlineData(60, 0.05, 0.01)]
    [InlineData(60, 0.3, 0.3)]
    [InlineData(120, 0.01, 0)]
    [InlineData(120, 0.04, 0.03)]
    public void The_bound_holds_as_often_as_it_says(int images, double lost, double won)
    {
        var logs = Enumerable.Range(1, images).Aggregate(new List<double> { 0 }, (l, i) => [.. l, l[^1] + Math.Log(i)]);
        double Power(double p, int n) => n == 0 ? 0 : n * Math.Log(p);
        var covered = 0.0;
        for (var a = 0; a <= images; a++)
        {
            for (var b = 0; b <= (won == 0 ? 0 : images - a); b++)
            {
                var rest = images - a - b;
                var chance = Math.Exp(
                    logs[images]
                        - logs[a]
                        - logs[b]
                        - logs[rest]
                        + Power(lost, a)
                        + Power(won, b)
                        + Power(1 - lost - won, rest)
                );
                covered += new PairedLoss(images, a, b).AtMost >= lost - won ? chance : 0;
            }
        }
        // An interval by the normal distribution: about 95 %, not at least.
        Assert.InRange(covered, 0.93, 1);
    }

    [Fact]
    public void Wilsons_bound_is_where_the_share_is_as_far_off_as_chance_allows() =>
        Gen.Select(Gen.Double[0.01, 0.99], Gen.Int[5, 5000])
            .Sample(
                (share, images) =>
                {
                    var bound = PairedLoss.ShareAtLeast(share, images);
                    var deviation = Math.Sqrt(bound * (1 - bound) / images);
                    Assert.Equal(1.6448536269514722, (share - bound) / deviation, 6);
                }
            );

    [Fact]
    public void As_many_images_as_are_needed_are_enough_and_one_fewer_is_not()
    {
        Assert.True(new PairedLoss(CliffCurve.ImagesNeeded, 0, 0).AtMost <= CliffCurve.Margin);
        Assert.True(new PairedLoss(CliffCurve.ImagesNeeded - 1, 0, 0).AtMost > CliffCurve.Margin);
    }
}
