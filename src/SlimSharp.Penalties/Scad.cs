namespace SlimSharp.Penalties;

/// <summary>
/// Smoothly clipped absolute deviation (Fan and Li, JASA 96, 2001): |x| up to flat, then bending to a constant at the
/// knee.
/// </summary>
public sealed record Scad : KneePenalty
{
    /// <summary>
    /// The penalty that is |x| up to <paramref name="flat"/> (the published λ) and constant from
    /// <paramref name="knee"/> (a·λ).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 ≤ flat &lt; knee &lt; ∞.</exception>
    public Scad(double knee, double flat)
        : base(knee, flat) { }

    /// <summary>From the published shape <paramref name="a"/> > 2 at strength <paramref name="lambda"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="a"/> is not above 2.</exception>
    public static Scad Published(double a, double lambda) =>
        a > 2
            ? new(a * lambda, lambda)
            : throw new ArgumentOutOfRangeException(nameof(a), a, "a of SCAD must be above 2.");

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"scad:knee={Knee},flat={Flat}");
}
