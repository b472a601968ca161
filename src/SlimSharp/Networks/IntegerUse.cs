namespace SlimSharp.Networks;

/// <summary>What runtimes compute of a layer in 8-bit integers.</summary>
public enum IntegerUse
{
    /// <summary>Nothing: it computes in floating point.</summary>
    None,

    /// <summary>It reads rounded values.</summary>
    Values,

    /// <summary>
    /// It multiplies rounded values by rounded weights: parameters called weight, outputs along axis 0, and bias.
    /// </summary>
    Weights,
}
