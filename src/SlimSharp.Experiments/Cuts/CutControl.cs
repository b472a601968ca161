namespace SlimSharp.Experiments;

/// <summary>
/// Cuts at the multiply-adds of a plan that leave out what is claimed for it, so that the claim can fail.
/// </summary>
public enum CutControl
{
    /// <summary>Random channels, at the plan's widths.</summary>
    Random,

    /// <summary>The same share of every layer, by the plan's criterion.</summary>
    Uniform,

    /// <summary>The channels of the smallest weights (l1), whatever their scales.</summary>
    Magnitude,
}
