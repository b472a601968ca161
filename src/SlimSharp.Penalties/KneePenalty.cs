namespace SlimSharp.Penalties;

/// <summary>
/// The penalties whose slope is 1 up to <see cref="Flat"/>, falls linearly to 0 at <see cref="Knee"/> and stays there,
/// so that large values are not shrunk at all. MCP has flat = 0; SCAD has 0 &lt; flat &lt; knee; the firm threshold
/// with modulus ζ is MCP with knee = 1/(2ζ).
/// </summary>
/// <remarks>
/// In the published parametrisation, with a shape <c>a</c> and strength λ inside the penalty, knee = a·λ, and flat = 0
/// for MCP (Zhang, Ann. Stat. 38, 2010) or λ for SCAD (Fan and Li, JASA 96, 2001).
/// </remarks>
public abstract record KneePenalty : Penalty
{
    private protected KneePenalty(double knee, double flat)
    {
        if (!(knee > 0 && double.IsFinite(knee)))
            throw new ArgumentOutOfRangeException(nameof(knee), knee, "The knee must be positive and finite.");
        if (!(flat >= 0 && flat < knee))
            throw new ArgumentOutOfRangeException(
                nameof(flat),
                flat,
                $"The end of the flat part must lie in [0, knee = {knee})."
            );
        (Knee, Flat) = (knee, flat);
    }

    /// <summary>From here on the penalty is constant.</summary>
    public double Knee { get; }

    /// <summary>Up to here the penalty is |x|.</summary>
    public double Flat { get; }

    private double Fall => Knee - Flat;

    /// <inheritdoc/>
    public override double Value(double x)
    {
        var t = Math.Abs(x);
        return t <= Flat ? t
            : t < Knee ? (Knee + Flat) / 2 - (Knee - t) * (Knee - t) / (2 * Fall)
            : (Knee + Flat) / 2;
    }

    /// <inheritdoc/>
    public override double Derivative(double x)
    {
        var t = Math.Abs(x);
        return Math.Sign(x) * (t <= Flat ? 1 : Math.Max(Knee - t, 0) / Fall);
    }

    /// <inheritdoc/>
    public override double SecondDerivative(double x) => Math.Abs(x) > Flat && Math.Abs(x) < Knee ? -1 / Fall : 0;

    /// <inheritdoc/>
    public override double SlopeAtZero => 1;

    /// <inheritdoc/>
    public override double WeakConvexity => 1 / Fall;

    /// <inheritdoc/>
    public override string? CautionFor(double start) =>
        Knee <= Math.Abs(start)
            ? $"The knee of {this} ({Knee}) is not above the initial scale {Math.Abs(start)}: the penalty is inactive there and "
                + $"will shrink only what training itself brings below the knee. Choose a knee above {Math.Abs(start)}."
            : null;

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m)
    {
        if (y >= Knee && m < Fall)
            return y;
        var soft = Math.Max(y - m, 0);
        if (m < Fall)
            return soft <= Flat && y <= Flat + m ? soft : (Fall * y - m * Knee) / (Fall - m);

        // The objective is concave between flat and knee: its least value is on the soft branch or beyond the knee.
        var (near, far) = (Math.Min(soft, Flat), Math.Max(y, Knee));
        return ProxObjective(far, y, m) < ProxObjective(near, y, m) ? far : near;
    }
}
