namespace SlimSharp.Regularizers;

/// <summary>What becomes of a feature flow where channels or resolution change.</summary>
public enum FlowStages
{
    /// <summary>It ends there and starts anew: nothing is compared across.</summary>
    Within,

    /// <summary>
    /// It goes on: features are averaged down to the new resolution, and channels that one of the two lacks are zeros,
    /// as on the parameter-free shortcuts of residual networks.
    /// </summary>
    Aligned,
}
