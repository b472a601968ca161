namespace SlimSharp.Penalties;

/// <summary>
/// The shape J of a separable sparsity penalty, without strength: an objective adds λ·ΣJ(xᵢ). J is even, J(0) = 0, and
/// J is concave and nondecreasing on [0, ∞).
/// </summary>
public abstract record Penalty
{
    /// <summary>
    /// Reads the text form of a penalty, as in <c>tl1:a=1</c> or <c>mcp:knee=0.5</c>; <see cref="PenaltyKind.All"/> has
    /// an example of each.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="lambda">The strength; needed only for the published <c>a</c> of MCP and SCAD.</param>
    /// <exception cref="FormatException">The text is not a penalty; the message says what is.</exception>
    public static Penalty Parse(string text, double? lambda = null) => PenaltyText.Parse(text, lambda);

    /// <summary>J(x).</summary>
    public abstract double Value(double x);

    /// <summary>J'(x), odd; at x = 0, where J has a kink, the member 0 of the subdifferential.</summary>
    public abstract double Derivative(double x);

    /// <summary>
    /// J''(x) for x ≠ 0, never above 0; at a jump either side's. By default 0, with which a solver takes J for its
    /// tangent: slower, never wrong.
    /// </summary>
    public virtual double SecondDerivative(double x) => 0;

    /// <summary>J'(0+), the half-width of the subdifferential at 0; +∞ for lp.</summary>
    public abstract double SlopeAtZero { get; }

    /// <summary>The least ρ ≥ 0 for which J(x) + ρx²/2 is convex; +∞ where there is none, as for lp.</summary>
    /// <remarks>The proximal operator is single-valued and continuous exactly where m·ρ &lt; 1.</remarks>
    public abstract double WeakConvexity { get; }

    /// <summary>The proximal operator argminₓ ½(x − z)² + m·J(x), with m = step·λ; at a tie, the smaller |x|.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="m"/> is negative or not a number.</exception>
    public double Prox(double z, double m)
    {
        if (!(m >= 0))
            throw new ArgumentOutOfRangeException(
                nameof(m),
                m,
                "The step times λ of a proximal operator must be 0 or more."
            );
        var y = Math.Abs(z);
        return m == 0 || !(y > 0) ? z : Math.CopySign(ProxOfPositive(y, m), z);
    }

    /// <summary>
    /// The distance of −<paramref name="g"/> to the subdifferential ∂J(x), where g is a gradient divided by λ.
    /// </summary>
    public double SubdifferentialDistance(double x, double g) =>
        x == 0
            ? Math.Max(Math.Abs(g) - SlopeAtZero, 0) // distance to [-J'(0+), J'(0+)]
            : Math.Abs(g + Derivative(x)); // distance to {J'(x)}

    /// <summary>
    /// A sentence if this penalty cannot act on a parameter that starts at <paramref name="start"/>; otherwise null.
    /// </summary>
    public virtual string? CautionFor(double start) => null;

    /// <summary>The proximal operator for y > 0 and m > 0.</summary>
    protected abstract double ProxOfPositive(double y, double m);

    /// <summary>What the proximal operator minimises, ½(x − y)² + m·J(x).</summary>
    private protected double ProxObjective(double x, double y, double m) => (x - y) * (x - y) / 2 + m * Value(x);

    /// <summary>The text form, as in <c>tl1:a=1</c>; <see cref="Parse"/> reads it.</summary>
    public abstract override string ToString();
}
