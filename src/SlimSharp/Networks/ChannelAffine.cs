namespace SlimSharp.Networks;

/// <summary>What a layer does in evaluation to every value of a channel: factor·x + shift.</summary>
/// <param name="Factor">By channel.</param>
/// <param name="Shift">By channel; null if nothing is added.</param>
public sealed record ChannelAffine(double[] Factor, double[]? Shift);
