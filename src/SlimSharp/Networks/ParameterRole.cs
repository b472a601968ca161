namespace SlimSharp.Networks;

/// <summary>What a parameter or buffer is for.</summary>
public enum ParameterRole
{
    /// <summary>Multiplies inputs of a convolution or linear layer.</summary>
    Weight,

    /// <summary>Added by a convolution or linear layer.</summary>
    Bias,

    /// <summary>
    /// The factor of a BatchNorm channel (γ), what sparsity penalties act on; and that of a GroupNorm channel, if <see
    /// cref="GroupNorm.GainsAreScales"/>.
    /// </summary>
    Scale,

    /// <summary>
    /// A factor on which no sparsity penalty acts: of a LayerNorm, of a GroupNorm unless its gains are scales, or the
    /// slope of a PReLU.
    /// </summary>
    Gain,

    /// <summary>What a normalisation or shift layer adds to a channel (β).</summary>
    Shift,

    /// <summary>A BatchNorm's running mean; not trained.</summary>
    RunningMean,

    /// <summary>A BatchNorm's running variance; not trained.</summary>
    RunningVariance,

    /// <summary>A factor of a channel that stays as it is; not trained.</summary>
    Factor,
}
