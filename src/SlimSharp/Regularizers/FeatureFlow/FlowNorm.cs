namespace SlimSharp.Regularizers;

/// <summary>How the steps of a feature flow, and the bends between them, are measured.</summary>
public enum FlowNorm
{
    /// <summary>Sums of absolute values, which make features, and so filters, sparse.</summary>
    L1,

    /// <summary>Euclidean lengths.</summary>
    L2,

    /// <summary>Euclidean lengths of steps, and angles between successive ones, in radians, for bends.</summary>
    Angle,
}
