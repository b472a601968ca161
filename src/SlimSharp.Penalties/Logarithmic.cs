namespace SlimSharp.Penalties;

/// <summary>
/// J(x) = ln(1 + s|x|)/s (Candès, Wakin and Boyd, J. Fourier Anal. Appl. 14, 2008, as what reweighted l1 descends on).
/// Prox: a quadratic equation, or 0.
/// </summary>
public sealed record Logarithmic : ShapedPenalty
{
    /// <summary>The logarithmic penalty.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="s"/> is not positive and finite.</exception>
    public Logarithmic(double s)
        : base(s, "logarithmic") { }

    /// <inheritdoc/>
    public override double Value(double x) => Math.Log(1 + S * Math.Abs(x)) / S;

    /// <inheritdoc/>
    public override double Derivative(double x) => Math.Sign(x) / (1 + S * Math.Abs(x));

    /// <inheritdoc/>
    public override double SecondDerivative(double x)
    {
        var d = 1 + S * Math.Abs(x);
        return -S / (d * d);
    }

    /// <inheritdoc/>
    public override double WeakConvexity => S;

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        // (x − y)(1 + sx) + m = 0
        var square = (1 + S * y) * (1 + S * y) - 4 * S * m;
        if (square < 0)
            return 0;
        var middle = S * y - 1;
        var root = Math.Sqrt(square);
        var far = middle >= 0 ? (middle + root) / (2 * S) : 2 * (y - m) / (root - middle); // without cancellation
        if (!(far > 0))
            return 0;
        return m >= y ? Better(0, Math.Min(far, y), y, m) : Math.Min(far, y);
    }

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"log:s={S}");
}
