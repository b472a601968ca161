namespace SlimSharp.Penalties;

/// <summary>J(x) = |x|. Prox: soft thresholding (Donoho, IEEE Trans. Inf. Theory 41, 1995).</summary>
public sealed record L1 : Penalty
{
    /// <inheritdoc/>
    public override double Value(double x) => Math.Abs(x);

    /// <inheritdoc/>
    public override double Derivative(double x) => Math.Sign(x);

    /// <inheritdoc/>
    public override double SlopeAtZero => 1;

    /// <inheritdoc/>
    public override double WeakConvexity => 0;

    /// <inheritdoc/>
    protected override double ProxOfPositive(double y, double m) => Math.Max(y - m, 0);

    /// <inheritdoc/>
    public override string ToString() => "l1";
}
