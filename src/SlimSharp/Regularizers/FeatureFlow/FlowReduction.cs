namespace SlimSharp.Regularizers;

/// <summary>How the numbers of a sample's features are put together.</summary>
public enum FlowReduction
{
    /// <summary>
    /// Their mean (of squares, for Euclidean lengths), so that wide layers weigh no more than narrow ones.
    /// </summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
