namespace SlimSharp.Penalties;

/// <summary>
/// Minimax concave penalty (Zhang, Ann. Stat. 38, 2010): J(x) = |x| − x²/(2·knee) up to the knee, constant beyond. Its
/// prox is the firm threshold (Gao and Bruce, Stat. Sinica 7, 1997).
/// </summary>
public sealed record Mcp : KneePenalty
{
    /// <summary>The penalty that is constant from <paramref name="knee"/> on; the published a·λ.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="knee"/> is not positive and finite.</exception>
    public Mcp(double knee)
        : base(knee, 0) { }

    /// <summary>From the published shape <paramref name="a"/> at strength <paramref name="lambda"/>.</summary>
    public static Mcp Published(double a, double lambda) => new(a * lambda);

    /// <summary>
    /// The weakly convex penalty |x| − ζx² up to 1/(2ζ), constant beyond (Shen and Gu, IEEE Trans. Signal Process. 66,
    /// 2018), whose prox is firm shrinkage: the knee is 1/(2ζ).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="zeta"/> is not positive and finite.</exception>
    public static Mcp Firm(double zeta) => new(1 / (2 * zeta));

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"mcp:knee={Knee}");
}
