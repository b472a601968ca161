using SlimSharp.Penalties;

namespace SlimSharp.Tests.Penalties;

/// <summary>Numbers computed elsewhere: tables of values, derivatives, proximal points and thresholds.</summary>
public class PublishedValueTests
{
    [Theory]
    [InlineData("lp:p=0.25", 0.25, .707107, .707107)]
    [InlineData("lp:p=0.25", 0.5, .840896, .420448)]
    [InlineData("lp:p=0.25", 2, 1.189207, .148651)]
    [InlineData("lp:p=0.5", 0.25, .5, 1)]
    [InlineData("lp:p=0.5", 0.5, .707107, .707107)]
    [InlineData("lp:p=0.5", 2, 1.414214, .353553)]
    [InlineData("lp:p=0.75", 0.25, .353553, 1.060660)]
    [InlineData("lp:p=0.75", 0.5, .594604, .891905)]
    [InlineData("lp:p=0.75", 2, 1.681793, .630672)]
    [InlineData("tl1:a=1", 0.25, .4, 1.28)]
    [InlineData("tl1:a=1", 0.5, .666667, .888889)]
    [InlineData("tl1:a=1", 1, 1, .5)]
    [InlineData("tl1:a=1", 2, 1.333333, .222222)]
    [InlineData("tl1:a=0.5", 0.25, .5, 1.333333)]
    [InlineData("tl1:a=0.5", 0.5, .75, .75)]
    [InlineData("tl1:a=0.5", 2, 1.2, .12)]
    [InlineData("mcp:knee=3", 0.5, .458333, .833333)]
    [InlineData("mcp:knee=3", 1, .833333, .666667)]
    [InlineData("mcp:knee=3", 2, 1.333333, .333333)]
    [InlineData("mcp:knee=3", 7, 1.5, 0)]
    public void Value_and_derivative(string penalty, double x, double value, double derivative)
    {
        var p = Penalty.Parse(penalty);
        Assert.Equal(value, p.Value(x), 6);
        Assert.Equal(derivative, p.Derivative(x), 6);
        Assert.Equal(-derivative, p.Derivative(-x), 6);
    }

    [Theory]
    [InlineData("scad:a=3.7", 0.1, 0.05, .005, .1)]
    [InlineData("scad:a=3.7", 0.1, 0.25, .0208333, .0444444)]
    [InlineData("scad:a=3.7", 0.1, 0.4, .0235, 0)]
    [InlineData("mcp:a=5000", 1e-4, 0.25, 1.875e-5, 5e-5)]
    [InlineData("mcp:a=10000", 1e-4, 0.25, 2.1875e-5, 7.5e-5)]
    [InlineData("mcp:a=15000", 1e-4, 0.25, 2.291667e-5, 8.3333e-5)]
    [InlineData("mcp:a=5000", 1e-4, 0.5, 2.5e-5, 0)]
    public void Published_parametrisation_at_its_strength(
        string penalty,
        double lambda,
        double x,
        double value,
        double derivative
    )
    {
        var p = Penalty.Parse(penalty, lambda);
        Assert.Equal(value, lambda * p.Value(x), 5e-8);
        Assert.Equal(derivative, lambda * p.Derivative(x), 5e-8);
    }

    [Theory]
    [InlineData("l1", 1, 2, 1)]
    [InlineData("lp:p=0.5", 1, 1.6053779405, 2.6954531510)]
    [InlineData("lp:p=0.6666666666666666", 1, 1.4047345873, 2.5094105945)]
    [InlineData("lp:p=0.25", 1, 1.8418771967, 2.8871268596)]
    [InlineData("lp:p=0.75", 1, 1.2972415977, 2.3972563496)]
    [InlineData("tl1:a=1", 1, 1.7320508076, 2.8661982625)]
    [InlineData("tl1:a=0.5", 1, 1.8660254038, 2.9364916731)]
    public void Prox_at_two_and_three(string penalty, double m, double atTwo, double atThree)
    {
        var p = Penalty.Parse(penalty);
        (atTwo, atThree) = penalty == "l1" ? (1, 2) : (atTwo, atThree);
        Assert.Equal(atTwo, p.Prox(2, m), 1e-9);
        Assert.Equal(atThree, p.Prox(3, m), 1e-9);
        Assert.Equal(-atThree, p.Prox(-3, m), 1e-9);
        Assert.Equal(penalty == "l1" ? 0.4 : 0, p.Prox(1.4, m), 1e-9);
    }

    [Theory]
    [InlineData("lp:p=0.5", .9486650001)]
    [InlineData("lp:p=0.6666666666666666", .9317436178)]
    [InlineData("lp:p=0.25", .9745111705)]
    [InlineData("lp:p=0.75", .9234926962)]
    [InlineData("tl1:a=1", .9472546092)]
    [InlineData("tl1:a=0.5", .9650576732)]
    public void Prox_of_one_at_a_tenth(string penalty, double expected) =>
        Assert.Equal(expected, Penalty.Parse(penalty).Prox(1, 0.1), 1e-9);

    [Theory]
    [InlineData(0.25, 1.4708567105, 1.2607343233)]
    [InlineData(0.5, 1.5, 1)]
    [InlineData(2.0 / 3, 1.4755758929, .7377879465)]
    [InlineData(0.75, 1.4358729437, .5743491775)]
    public void Jump_of_lp(double p, double threshold, double leastOutput)
    {
        var lp = new Lp(p);
        Assert.Equal(0, lp.Prox(threshold - 1e-9, 1));
        Assert.Equal(leastOutput, lp.Prox(threshold + 1e-9, 1), 1e-7);
    }

    [Theory]
    [InlineData(3, 0.5, 0)]
    [InlineData(3, 1.5, 0.75)]
    [InlineData(3, 2.5, 2.25)]
    [InlineData(3, 3.5, 3.5)]
    [InlineData(0.5, 0.6, 0)]
    [InlineData(0.5, 0.8, 0.8)]
    public void Prox_of_mcp(double a, double y, double expected) =>
        Assert.Equal(expected, Mcp.Published(a, 1).Prox(y, 1), 1e-9);

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(1.5, 0.5)]
    [InlineData(2.5, 1.7941176)]
    [InlineData(3, 2.5882353)]
    [InlineData(4, 4)]
    public void Prox_of_scad(double y, double expected) => Assert.Equal(expected, Scad.Published(3.7, 1).Prox(y, 1), 7);

    [Theory]
    [InlineData(1, 0.25)]
    [InlineData(0.5, 1.0 / 12)]
    public void Regimes_of_transformed_l1_meet(double a, double m)
    {
        var (below, above) = (new TransformedL1(a), new TransformedL1(a));
        var (t1, t2) = (m * (a + 1) / a, Math.Sqrt(2 * m * (a + 1)) - a / 2);
        Assert.Equal(t1, t2, 12);
        Assert.Equal(below.Prox(t1 + 0.01, m * (1 - 1e-9)), above.Prox(t1 + 0.01, m * (1 + 1e-9)), 1e-6);
    }
}
