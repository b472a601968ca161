namespace SlimSharp.Penalties;

/// <summary>
/// Penalties J(x) = j(s|x|)/s of slope 1 at zero, with a shape s > 0: the larger, the nearer to counting; towards l1
/// for s → 0.
/// </summary>
public abstract record ShapedPenalty : Penalty
{
    private protected ShapedPenalty(double s, string title)
    {
        if (!(s > 0 && double.IsFinite(s)))
            throw new ArgumentOutOfRangeException(
                nameof(s),
                s,
                $"s of the {title} penalty must be positive and finite."
            );
        S = s;
    }

    /// <summary>The shape.</summary>
    public double S { get; }

    /// <inheritdoc/>
    public override double SlopeAtZero => 1;

    /// <summary>The slope of the objective of the proximal operator, x − y + m·J'(x), for x ≥ 0.</summary>
    private protected double Slope(double x, double y, double m) => x == 0 ? m - y : x - y + m * Derivative(x);

    /// <summary>
    /// Of the better of two stationary points the one with the lower objective; the smaller at a tie.
    /// </summary>
    private protected double Better(double near, double far, double y, double m) =>
        ProxObjective(far, y, m) < ProxObjective(near, y, m) ? far : near;

    /// <summary>
    /// The zero of an increasing function between two places where it is ≤ 0 and ≥ 0: Newton's method, halving wherever
    /// it would leave them.
    /// </summary>
    private protected static double Root(
        Func<double, double> function,
        Func<double, double> derivative,
        double low,
        double high
    )
    {
        var x = high;
        for (var i = 0; i < 200; i++)
        {
            var value = function(x);
            if (value > 0)
                high = x;
            else
                low = x;
            var next = x - value / derivative(x);
            if (!(next > low && next < high))
                next = (low + high) / 2;
            if (next == x || next <= low || next >= high)
                break;
            if (Math.Abs(next - x) <= 1e-16 * Math.Abs(x))
                return next;
            x = next;
        }
        return x;
    }
}
