using SlimSharp.Regularizers;

namespace SlimSharp.Cli;

/// <summary>How the scales are made sparse.</summary>
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
