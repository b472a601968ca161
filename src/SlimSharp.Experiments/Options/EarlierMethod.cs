using SlimSharp.Regularizers;

namespace SlimSharp.Experiments;

/// <summary>How scales are made sparse, as run.json had it before there was a list of regularisers.</summary>
public sealed record EarlierMethod
{
    /// <summary>Which method.</summary>
    public EarlierMethodKind Kind { get; init; }

    /// <summary>Proximal steps of the bare learning rate, as published.</summary>
    public bool BareStep { get; init; }

    /// <summary>β of splitting.</summary>
    public double? Coupling { get; init; }

    /// <summary>For variational scales.</summary>
    public VariationalOptions? Variational { get; init; }

    /// <summary>Where λ is steered to; null leaves it.</summary>
    public SteeringOptions? Steering { get; init; }
}
