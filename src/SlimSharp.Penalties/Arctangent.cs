namespace SlimSharp.Penalties;

/// <summary>
/// J(x) = arctan(s|x|)/s, a member of the weakly convex class of Chen and Gu (IEEE Trans. Signal Process. 62, 2014).
/// Prox: the least of the objective's local minima, each the zero of its slope on a stretch where that rises, by
/// safeguarded Newton steps.
/// </summary>
public sealed record Arctangent : ShapedPenalty
{
    /// <summary>The arctangent penalty.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="s"/> is not positive and finite.</exception>
    public Arctangent(double s)
        : base(s, "arctangent") { }

    /// <inheritdoc/>
    public override double Value(double x) => Math.Atan(S * Math.Abs(x)) / S;

    /// <inheritdoc/>
    public override double Derivative(double x) => Math.Sign(x) / (1 + S * x * S * x);

    /// <inheritdoc/>
    public override double SecondDerivative(double x) => -Bend(Math.Abs(x));

    /// <inheritdoc/>
    public override double WeakConvexity => 3 * Math.Sqrt(3) / 8 * S;

    // −J''(x) for x ≥ 0; it rises up to the steepest place, where it is the weak convexity, and falls beyond.
    private double Bend(double x)
    {
        var d = 1 + S * x * S * x;
        return 2 * S * S * x / (d * d);
    }

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        double Find(double low, double high) => Root(x => Slope(x, y, m), x => 1 - m * Bend(x), low, high);
        var steepest = 1 / (Math.Sqrt(3) * S);
        if (m * WeakConvexity <= 1)
            return m >= y ? 0 : Find(0, y);
        // The slope rises up to the top, falls to the bottom, and rises again.
        var top = Halve(x => m * Bend(x) - 1, 0, steepest);
        var beyond = 2 * steepest;
        while (m * Bend(beyond) > 1)
            beyond *= 2;
        var bottom = Halve(x => 1 - m * Bend(x), steepest, beyond);
        var near =
            m >= y ? 0
            : Slope(Math.Min(top, y), y, m) >= 0 ? Find(0, Math.Min(top, y))
            : double.NaN;
        if (bottom >= y || Slope(bottom, y, m) >= 0)
            return double.IsNaN(near) ? Find(top, y) : near;
        var far = Find(bottom, y);
        return double.IsNaN(near) ? far : Better(near, far, y, m);
    }

    // Where an increasing function changes its sign.
    private static double Halve(Func<double, double> function, double low, double high)
    {
        while ((low + high) / 2 is var middle && middle > low && middle < high)
            (low, high) = function(middle) < 0 ? (middle, high) : (low, middle);
        return high;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"atan:s={S}");
}
