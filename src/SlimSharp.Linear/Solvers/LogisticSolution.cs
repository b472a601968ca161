namespace SlimSharp.Linear;

/// <summary>A stationary point of a <see cref="LogisticProblem"/>; a minimum where the penalty is convex.</summary>
public sealed record LogisticSolution
{
    /// <summary>β.</summary>
    public required double Beta { get; init; }

    /// <summary>w; zeros are exact.</summary>
    public required IReadOnlyList<double> Weights { get; init; }

    /// <summary>v.</summary>
    public required double Intercept { get; init; }

    /// <summary>The objective.</summary>
    public required double Objective { get; init; }

    /// <summary>
    /// The stationarity residual: the largest Lⱼ·|wⱼ − prox(wⱼ − gⱼ/Lⱼ)| over all features, with Lⱼ the bound on the
    /// loss's curvature along wⱼ, and |∂loss/∂v|.
    /// </summary>
    public required double Residual { get; init; }

    /// <summary>Passes over features, or steps.</summary>
    public required int Iterations { get; init; }

    /// <summary>Whether the residual is as small as was asked for.</summary>
    public required bool IsConverged { get; init; }

    /// <summary>
    /// A sentence where something is to be known, such as that no minimum is attained; null otherwise.
    /// </summary>
    public string? Remark { get; init; }

    /// <summary>Features with a weight other than zero.</summary>
    public int Selected => Weights.Count(w => w != 0);
}
