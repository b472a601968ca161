using SlimSharp.Penalties;

namespace SlimSharp.Tests.Penalties;

/// <summary>All penalties, by walking the list, at random parameters.</summary>
public class PenaltyTests
{
    // Every row of the list must have a generator here; a new penalty without one fails the next test.
    private static readonly Dictionary<string, Gen<Penalty>> Random = new()
    {
        ["l1"] = Gen.Const<Penalty>(new L1()),
        ["lp"] = Gen.OneOf(Gen.Double[0.05, 0.95], Gen.Int[0, 3].Select(i => new[] { 0.25, 0.5, 2.0 / 3, 0.75 }[i]))
            .Select(p => (Penalty)new Lp(p)),
        ["tl1"] = LogUniform(0.01, 100).Select(a => (Penalty)new TransformedL1(a)),
        ["mcp"] = LogUniform(0.01, 10).Select(k => (Penalty)new Mcp(k)),
        ["scad"] = Gen.Select(LogUniform(0.01, 10), Gen.Double[0.01, 0.99])
            .Select((k, f) => (Penalty)new Scad(k, f * k)),
        ["exp"] = LogUniform(0.01, 100).Select(s => (Penalty)new Exponential(s)),
        ["log"] = LogUniform(0.01, 100).Select(s => (Penalty)new Logarithmic(s)),
        ["atan"] = LogUniform(0.01, 100).Select(s => (Penalty)new Arctangent(s)),
    };

    private static readonly Gen<Penalty> Any = Gen.OneOf([.. PenaltyKind.All.Select(k => Random[k.Name])]);

    private static Gen<double> LogUniform(double low, double high) =>
        Gen.Double[Math.Log(low), Math.Log(high)].Select(Math.Exp);

    private static double Objective(Penalty p, double x, double z, double m) => (x - z) * (x - z) / 2 + m * p.Value(x);

    [Fact]
    public void Every_penalty_of_the_list_is_tested() =>
        Assert.Equal(PenaltyKind.All.Select(k => k.Name).Order(), Random.Keys.Order());

    [Fact]
    public void Derivative_equals_finite_differences() =>
        Gen.Select(Any, LogUniform(1e-2, 10))
            .Sample(
                (p, x) =>
                {
                    var h = 1e-6 * x;
                    var numeric = (p.Value(x + h) - p.Value(x - h)) / (2 * h);
                    var (left, right) = ((p.Value(x) - p.Value(x - h)) / h, (p.Value(x + h) - p.Value(x)) / h);
                    if (left - right > 1e-5 * (1 + Math.Abs(left))) // a kink, where any slope between the two will do
                        return p.Derivative(x) >= right - 1e-5 && p.Derivative(x) <= left + 1e-5;
                    var kink = p is KneePenalty k ? Math.Min(Math.Abs(x - k.Knee), Math.Abs(x - k.Flat)) : 1;
                    // At the knees the second derivative jumps, and differences straddle it.
                    return kink < 2 * h || Math.Abs(numeric - p.Derivative(x)) < 1e-6 * (1 + Math.Abs(numeric));
                },
                iter: 20_000
            );

    [Fact]
    public void Second_derivative_equals_finite_differences_and_bends_down() =>
        Gen.Select(Any, LogUniform(1e-2, 10))
            .Sample(
                (p, x) =>
                {
                    // Between the differences on both sides, which are the same but at a kink of the slope.
                    var (h, second) = (1e-5 * x, p.SecondDerivative(x));
                    var left = (p.Derivative(x) - p.Derivative(x - h)) / h;
                    var right = (p.Derivative(x + h) - p.Derivative(x)) / h;
                    var slack = 1e-5 * (1e-3 + Math.Min(Math.Abs(left), Math.Abs(right)));
                    return second <= 0
                        && second == p.SecondDerivative(-x)
                        && second >= Math.Min(left, right) - slack
                        && second <= Math.Max(left, right) + slack;
                },
                iter: 20_000
            );

    [Fact]
    public void Value_is_even_and_derivative_odd() =>
        Gen.Select(Any, Gen.Double[-5, 5])
            .Sample(
                (p, x) =>
                    p.Value(x) == p.Value(-x)
                    && p.Derivative(x) == -p.Derivative(-x)
                    && p.Value(0) == 0
                    && p.Derivative(0) == 0
            );

    [Fact]
    public void Prox_of_every_penalty_beats_a_grid() =>
        Gen.Select(Any, Gen.Double[-4, 4], LogUniform(1e-4, 10))
            .Sample(
                (p, z, m) =>
                {
                    var best = Objective(p, p.Prox(z, m), z, m);
                    var grid = Enumerable.Range(0, 2001).Select(i => (i - 1000) / 1000.0 * (Math.Abs(z) + 0.01));
                    return grid.All(x => best <= Objective(p, x, z, m) + 1e-12 * (1 + z * z));
                },
                iter: 5_000
            );

    [Fact]
    public void Zero_lies_in_the_subdifferential_at_the_prox() =>
        Gen.Select(Any, Gen.Double[-4, 4], LogUniform(1e-4, 10))
            .Sample(
                (p, z, m) =>
                {
                    // 0 ∈ x − z + m·∂J(x): the distance of −(x − z)/m to ∂J(x) vanishes.
                    var x = p.Prox(z, m);
                    var scale = 1 + Math.Abs(z) / m + (x == 0 ? 0 : Math.Abs(p.Derivative(x)));
                    return p.SubdifferentialDistance(x, (x - z) / m) <= 1e-9 * scale;
                },
                iter: 50_000
            );

    [Fact]
    public void Prox_is_odd_monotone_and_never_grows() =>
        Gen.Select(Any, Gen.Double[0, 4], Gen.Double[0, 4], LogUniform(1e-4, 10))
            .Sample(
                (p, y, z, m) =>
                {
                    var (a, b) = (p.Prox(Math.Min(y, z), m), p.Prox(Math.Max(y, z), m));
                    return a <= b + 1e-12 && b <= Math.Max(y, z) && p.Prox(-y, m) == -p.Prox(y, m) && p.Prox(y, 0) == y;
                },
                iter: 20_000
            );

    [Fact]
    public void Just_above_the_jump_zero_is_no_better_and_just_below_it_is_best() =>
        Gen.Select(Any, LogUniform(1e-3, 10))
            .Sample(
                (p, m) =>
                {
                    // Bisect for the threshold, then compare the two sides by brute force.
                    var (low, high) = (0.0, 100.0);
                    while (high - low > 1e-13 * high)
                        (low, high) =
                            p.Prox((low + high) / 2, m) == 0 ? ((low + high) / 2, high) : (low, (low + high) / 2);
                    var tolerance = 1e-9 * (1 + high * high);
                    var above = p.Prox(high, m);
                    var grid = Enumerable.Range(1, 4000).Select(i => i / 4000.0 * high);
                    return Math.Abs(Objective(p, above, high, m) - Objective(p, 0, high, m)) < tolerance
                        && grid.All(x => Objective(p, x, low, m) >= Objective(p, 0, low, m) - tolerance);
                },
                iter: 300
            );

    [Fact]
    public void Weak_convexity_is_the_least_that_makes_the_penalty_convex() =>
        Any.Where(p => double.IsFinite(p.WeakConvexity))
            .Sample(
                p =>
                {
                    double Curvature(double rho) =>
                        Enumerable
                            .Range(1, 4000)
                            .Select(i =>
                                i
                                / 400.0
                                * (
                                    p is KneePenalty k ? k.Knee / 5
                                    : p is TransformedL1 t ? t.A / 5
                                    : p is ShapedPenalty e ? 0.5 / e.S
                                    : 1
                                )
                            )
                            .Zip(
                                Enumerable
                                    .Range(1, 4000)
                                    .Select(i =>
                                        (i + 1)
                                        / 400.0
                                        * (
                                            p is KneePenalty k ? k.Knee / 5
                                            : p is TransformedL1 t ? t.A / 5
                                            : p is ShapedPenalty e ? 0.5 / e.S
                                            : 1
                                        )
                                    ),
                                (a, b) => (p.Derivative(b) - p.Derivative(a)) / (b - a) + rho
                            )
                            .Min();
                    return Curvature(p.WeakConvexity) > -1e-6 * (1 + p.WeakConvexity)
                        && (p.WeakConvexity == 0 || Curvature(0.9 * p.WeakConvexity) < 0);
                },
                iter: 200
            );

    [Fact]
    public void Slope_at_zero_is_the_limit_of_the_derivative() =>
        Any.Sample(p =>
            double.IsInfinity(p.SlopeAtZero)
                ? p.Derivative(1e-12) > 10 * p.Derivative(1e-6) || p is Lp { P: > 0.8 }
                : Math.Abs(p.Derivative(1e-12) - p.SlopeAtZero) < 1e-6 * p.SlopeAtZero
        );

    [Fact]
    public void Distance_at_zero_is_to_an_interval_and_elsewhere_to_a_point()
    {
        Assert.Equal(0, new L1().SubdifferentialDistance(0, 0.9));
        Assert.Equal(0.5, new L1().SubdifferentialDistance(0, -1.5));
        Assert.Equal(1.5, new TransformedL1(1).SubdifferentialDistance(0, 3.5));
        Assert.Equal(0, new Lp(0.5).SubdifferentialDistance(0, 1e9));
        Assert.Equal(0.25, new Mcp(3).SubdifferentialDistance(5, -0.25));
    }

    [Fact]
    public void Spans_give_what_scalars_give() =>
        Gen.Select(Any, Gen.Double[-2, 2].Array[0, 40], Gen.Double[0, 1])
            .Sample(
                (p, x, lambda) =>
                {
                    var gradient = new double[x.Length];
                    p.AddDerivative<double>(x, lambda, gradient);
                    var prox = x.ToArray();
                    p.Prox<double>(prox, lambda);
                    return p.Value<double>(x) == x.Sum(p.Value)
                        && gradient.SequenceEqual(x.Select(v => lambda * p.Derivative(v)))
                        && prox.SequenceEqual(x.Select(v => p.Prox(v, lambda)));
                }
            );

    [Fact]
    public void A_knee_below_the_start_is_said()
    {
        Assert.Contains("inactive", new Mcp(0.4).CautionFor(0.5));
        Assert.Contains("inactive", Scad.Published(3.7, 1e-4).CautionFor(0.5));
        Assert.Null(new Mcp(0.6).CautionFor(0.5));
        Assert.Null(new L1().CautionFor(0.5));
    }

    [Fact]
    public void Firm_and_mcp_are_one()
    {
        // Weakly convex (firm) penalty with modulus ζ is MCP with knee 1/(2ζ): modulus of MCP is 1/knee = 2ζ.
        Assert.Equal(2 * 0.7, Mcp.Firm(0.7).WeakConvexity, 12);
        Assert.Equal(Penalty.Parse("mcp:knee=2.5"), Penalty.Parse("firm:zeta=0.2"));
    }

    /// <summary>firm(u; τ, ζ), computed by hand; both regimes, and its limit.</summary>
    [Theory]
    [InlineData(1, 0.1, 0.1, 0)]
    [InlineData(1, 0.1, 0.2, 0.125)]
    [InlineData(1, 0.1, 0.3, 0.25)]
    [InlineData(1, 0.1, -0.35, -0.3125)]
    [InlineData(1, 0.1, 0.5, 0.5)]
    [InlineData(1, 0.1, 0.7, 0.7)]
    [InlineData(1e-12, 0.1, 0.3, 0.2)]
    [InlineData(1, 0.6, 0.54, 0)]
    [InlineData(1, 0.6, 0.56, 0.56)]
    public void Firm_shrinkage(double zeta, double tau, double u, double expected) =>
        Assert.Equal(expected, Mcp.Firm(zeta).Prox(u, tau), 1e-10);
}
