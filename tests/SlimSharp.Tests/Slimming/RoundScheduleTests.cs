using CsCheck;
using SlimSharp.Slimming;

namespace SlimSharp.Tests.Slimming;

public class RoundScheduleTests
{
    [Theory]
    [InlineData(0.5, 2, new[] { 1.0 / 3, 1.0 / 4 })]
    [InlineData(0.75, 3, new[] { 1.0 / 2, 1.0 / 3, 1.0 / 4 })]
    public void As_published_the_shares_fall(double total, int rounds, double[] shares) =>
        Assert.Equal(shares, RoundSchedule.Of(total, rounds, published: true), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void Thresholds_say_what_is_gone_of_all() =>
        Assert.Equal([0.1, 4.0 / 9, 0.6], RoundSchedule.Until(0.1, 0.5, 0.8), (a, b) => Math.Abs(a - b) < 1e-12);

    [Fact]
    public void Every_round_removes_as_many_and_in_the_end_what_was_asked_for_is_gone() =>
        Gen.Select(Gen.Double[0.01, 0.99], Gen.Int[1, 12])
            .Sample(
                (total, rounds) =>
                {
                    var left = 1.0;
                    foreach (var share in RoundSchedule.Of(total, rounds))
                    {
                        Assert.Equal(total / rounds, left * share, 1e-9);
                        left *= 1 - share;
                    }
                    Assert.Equal(1 - total, left, 1e-9);
                    var published = RoundSchedule.Of(total, rounds, published: true);
                    Assert.Equal(1 - total, published.Aggregate(1.0, (l, s) => l * (1 - s)), 1e-9);
                }
            );

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundSchedule.Of(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundSchedule.Of(0.5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundSchedule.Until(0.5, 1.5));
        Assert.Throws<ArgumentException>(() => RoundSchedule.Until(0.5, 0.4));
        Assert.Throws<ArgumentException>(() => RoundSchedule.Until());
    }
}
