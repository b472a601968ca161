namespace SlimSharp.Linear;

/// <summary>
/// Criteria that weigh the loss on what was trained on against the features selected; less is better.
/// </summary>
public enum InformationCriterion
{
    /// <summary>2n·loss + 2k (Akaike, 1974).</summary>
    Aic,

    /// <summary>2n·loss + k·ln n (Schwarz, 1978).</summary>
    Bic,

    /// <summary>
    /// 2n·loss + k·ln n + k·ln d, with d features to choose from (Chen and Chen, Biometrika 95, 2008, with γ = ½).
    /// </summary>
    Ebic,
}
