namespace SlimSharp.Penalties;

/// <summary>
/// J(x) = |x|ᵖ for 0 &lt; p &lt; 1. Prox: closed forms for p = 1/2 (Xu, Chang, Xu, Zhang, IEEE TNNLS 23, 2012) and p =
/// 2/3 (Cao, Sun, Xu, J. Vis. Commun. Image R. 24, 2013); otherwise the threshold of Marjanovic and Solo (IEEE TSP 60,
/// 2012) and Newton's method, which converges monotonically from above.
/// </summary>
/// <remarks>
/// The derivative grows without bound towards 0; at 0 itself it is taken as 0, so that zeros stay zeros.
/// </remarks>
public sealed record Lp : Penalty
{
    /// <summary>The penalty |x|ᵖ.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is not strictly between 0 and 1.</exception>
    public Lp(double p)
    {
        if (!(p > 0 && p < 1))
            throw new ArgumentOutOfRangeException(
                nameof(p),
                p,
                "p of the lp penalty must lie strictly between 0 and 1 (p = 1 is l1)."
            );
        P = p;
    }

    /// <summary>The exponent.</summary>
    public double P { get; }

    /// <inheritdoc/>
    public override double Value(double x) => Math.Pow(Math.Abs(x), P);

    /// <inheritdoc/>
    public override double Derivative(double x) => x == 0 ? 0 : Math.CopySign(P * Math.Pow(Math.Abs(x), P - 1), x);

    /// <inheritdoc/>
    public override double SecondDerivative(double x) => x == 0 ? 0 : P * (P - 1) * Math.Pow(Math.Abs(x), P - 2);

    /// <inheritdoc/>
    public override double SlopeAtZero => double.PositiveInfinity;

    /// <inheritdoc/>
    public override double WeakConvexity => double.PositiveInfinity;

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        // At the threshold the least non-zero output and 0 do equally well.
        var jump = Math.Pow(2 * m * (1 - P), 1 / (2 - P));
        return y <= jump + m * P * Math.Pow(jump, P - 1) ? 0
            : P == 0.5 ? Half(y, m)
            : P == 2.0 / 3 ? TwoThirds(y, m)
            : LargerRoot(y, m);
    }

    private static double Half(double y, double m)
    {
        var phi = Math.Acos(Math.Clamp(m / 4 * Math.Pow(y / 3, -1.5), -1, 1));
        return 2.0 / 3 * y * (1 + Math.Cos(2 * Math.PI / 3 - 2.0 / 3 * phi));
    }

    private static double TwoThirds(double y, double m)
    {
        var l = 2 * m;
        var psi = Math.Acosh(Math.Max(27 * y * y / 16 * Math.Pow(l, -1.5), 1));
        var a = 2 / Math.Sqrt(3) * Math.Pow(l, 0.25) * Math.Sqrt(Math.Cosh(psi / 3));
        return Math.Pow((a + Math.Sqrt(2 * y / a - a * a)) / 2, 3);
    }

    // The larger root of x + m·p·x^(p−1) = y.
    private double LargerRoot(double y, double m)
    {
        var x = y;
        for (var i = 0; i < 100; i++)
        {
            var slope = m * P * Math.Pow(x, P - 1);
            var next = x - (x + slope - y) / (1 + (P - 1) * slope / x);
            if (!(next < x))
                break;
            x = next;
        }
        return x;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"lp:p={P}");
}
