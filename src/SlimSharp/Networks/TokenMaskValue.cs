namespace SlimSharp.Networks;

/// <summary>What stands for a token that is left out.</summary>
public enum TokenMaskValue
{
    /// <summary>Zero, which adds nothing to a sum.</summary>
    Zero,

    /// <summary>Minus infinity, which a softmax gives no weight.</summary>
    NegativeInfinity,

    /// <summary>The mean of the tokens that stay, which leaves a mean as it is.</summary>
    MeanOfOthers,
}
