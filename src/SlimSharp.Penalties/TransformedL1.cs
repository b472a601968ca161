namespace SlimSharp.Penalties;

/// <summary>
/// J(x) = (a + 1)|x| / (a + |x|) for a > 0; towards l0 for a → 0 and l1 for a → ∞. Prox in closed form: Zhang and Xin,
/// Commun. Math. Sci. 15 (2017) 511–537. The rational penalty |x| / (1 + s|x|) is a/(a + 1) times this one with a =
/// 1/s.
/// </summary>
public sealed record TransformedL1 : Penalty
{
    /// <summary>The transformed l1 penalty.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="a"/> is not positive and finite.</exception>
    public TransformedL1(double a)
    {
        if (!(a > 0 && double.IsFinite(a)))
            throw new ArgumentOutOfRangeException(
                nameof(a),
                a,
                "a of the transformed l1 penalty must be positive and finite."
            );
        A = a;
    }

    /// <summary>The shape: the smaller, the nearer to counting.</summary>
    public double A { get; }

    /// <inheritdoc/>
    public override double Value(double x) => (A + 1) * Math.Abs(x) / (A + Math.Abs(x));

    /// <inheritdoc/>
    public override double Derivative(double x)
    {
        var d = A + Math.Abs(x);
        return Math.Sign(x) * A * (A + 1) / (d * d);
    }

    /// <inheritdoc/>
    public override double SecondDerivative(double x)
    {
        var d = A + Math.Abs(x);
        return -2 * A * (A + 1) / (d * d * d);
    }

    /// <inheritdoc/>
    public override double SlopeAtZero => (A + 1) / A;

    /// <inheritdoc/>
    public override double WeakConvexity => 2 * (A + 1) / (A * A);

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        var continuous = m <= A * A / (2 * (A + 1));
        var threshold = continuous ? m * (A + 1) / A : Math.Sqrt(2 * m * (A + 1)) - A / 2;
        if (y <= threshold)
            return 0;
        var s = A + y;
        var phi = Math.Acos(Math.Clamp(1 - 27 * m * A * (A + 1) / (2 * s * s * s), -1, 1));
        return Math.Clamp(2.0 / 3 * s * Math.Cos(phi / 3) - 2 * A / 3 + y / 3, 0, y);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"tl1:a={A}");
}
