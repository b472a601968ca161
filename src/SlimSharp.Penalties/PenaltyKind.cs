namespace SlimSharp.Penalties;

/// <summary>One row of the list of penalties: how it is written, what it takes, and how it is made.</summary>
/// <param name="Name">The word before the colon of the text form.</param>
/// <param name="Title">What it is called in the literature.</param>
/// <param name="Example">A text form that is valid.</param>
/// <param name="Make">Makes the penalty from its named parameters; takes λ for published parametrisations.</param>
public sealed record PenaltyKind(string Name, string Title, string Example, Func<PenaltyArguments, Penalty> Make)
{
    /// <summary>A second name, with a parametrisation of its own; null if there is none.</summary>
    public OtherName? Other { get; init; }

    /// <summary>Every penalty there is. A new one is a file of its own and a row here.</summary>
    public static IReadOnlyList<PenaltyKind> All { get; } =
    [
        new("l1", "l1", "l1", _ => new L1()),
        new("lp", "lp, 0 < p < 1", "lp:p=0.5", take => new Lp(take["p"])),
        new("tl1", "transformed l1, a > 0", "tl1:a=1", take => new TransformedL1(take["a"])),
        new(
            "mcp",
            "minimax concave",
            "mcp:knee=0.75",
            take => take.Has("a") ? Mcp.Published(take["a"], take.Lambda) : new Mcp(take["knee"])
        )
        {
            Other = new("firm", "zeta", take => Mcp.Firm(take["zeta"])),
        },
        new(
            "scad",
            "smoothly clipped absolute deviation",
            "scad:knee=0.75,flat=0.375",
            take => take.Has("a") ? Scad.Published(take["a"], take.Lambda) : new Scad(take["knee"], take["flat"])
        ),
        new("exp", "exponential, s > 0", "exp:s=1", take => new Exponential(take["s"])),
        new("log", "logarithmic, s > 0", "log:s=1", take => new Logarithmic(take["s"])),
        new("atan", "arctangent, s > 0", "atan:s=1", take => new Arctangent(take["s"])),
    ];
}

/// <summary>A second name of a penalty, by which it is known elsewhere.</summary>
/// <param name="Name">The word before the colon of the text form.</param>
/// <param name="Parameter">Its parameter.</param>
/// <param name="Make">Makes the penalty.</param>
public sealed record OtherName(string Name, string Parameter, Func<PenaltyArguments, Penalty> Make);
