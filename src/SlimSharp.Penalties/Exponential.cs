namespace SlimSharp.Penalties;

/// <summary>
/// J(x) = (1 − exp(−s|x|))/s (Bradley and Mangasarian, ICML 1998, up to its scale), a member of the weakly convex class
/// of Chen and Gu (IEEE Trans. Signal Process. 62, 2014). Prox: the larger zero of x − y + m·exp(−sx), by Newton's
/// method from above, unless 0 is better.
/// </summary>
public sealed record Exponential : ShapedPenalty
{
    /// <summary>The exponential penalty.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="s"/> is not positive and finite.</exception>
    public Exponential(double s)
        : base(s, "exponential") { }

    /// <inheritdoc/>
    public override double Value(double x) => (1 - Math.Exp(-S * Math.Abs(x))) / S;

    /// <inheritdoc/>
    public override double Derivative(double x) => Math.Sign(x) * Math.Exp(-S * Math.Abs(x));

    /// <inheritdoc/>
    public override double SecondDerivative(double x) => -S * Math.Exp(-S * Math.Abs(x));

    /// <inheritdoc/>
    public override double WeakConvexity => S;

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        // The slope falls up to the turn and rises beyond.
        var turn = Math.Max(Math.Log(m * S) / S, 0);
        if (turn >= y || Slope(turn, y, m) >= 0)
            return 0;
        var far = Root(x => Slope(x, y, m), x => 1 - m * S * Math.Exp(-S * x), turn, y);
        return m >= y ? Better(0, far, y, m) : far;
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"exp:s={S}");
}
