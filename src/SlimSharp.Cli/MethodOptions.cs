using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>
/// How scales are made sparse, by options of its own; run.json had it before there was a list of regularisers.
/// </summary>
internal sealed record MethodOptions
{
    public Method Kind { get; init; }

    /// <summary>Proximal steps of the bare learning rate.</summary>
    public bool BareStep { get; init; }

    /// <summary>β of splitting.</summary>
    public double? Coupling { get; init; }

    /// <summary>For variational scales.</summary>
    public VariationalOptions? Variational { get; init; }

    /// <summary>Where λ is steered to; null leaves it.</summary>
    public SteeringOptions? Steering { get; init; }
}
