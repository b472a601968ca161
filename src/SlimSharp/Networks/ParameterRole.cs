namespace SlimSharp.Networks;

/// <summary>What a parameter or buffer is for.</summary>
public enum ParameterRole
{
    /// <summary>Multiplies inputs of a convolution or linear layer.</summary>
    Weight,

    /// <summary>Added by a convolution or linear layer.</summary>
    Bias,

    /// <summary>The factor of a BatchNorm channel (γ), what sparsity penalties act on.</summary>
    Scale,

    /// <summary>What a BatchNorm or shift layer adds to a channel (β).</summary>
    Shift,

    /// <summary>A BatchNorm's running mean; not trained.</summary>
    RunningMean,

    /// <summary>A BatchNorm's running variance; not trained.</summary>
    RunningVariance,
}
