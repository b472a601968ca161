namespace SlimSharp.Models.Kernels;

/// <summary>Mean and biased variance of every channel over a batch.</summary>
/// <param name="Mean">By channel.</param>
/// <param name="Variance">By channel.</param>
/// <param name="Count">How many numbers they are taken over.</param>
internal sealed record ChannelStatistics(double[] Mean, double[] Variance, long Count)
{
    /// <summary>Those of channels that follow one another.</summary>
    internal static ChannelStatistics Join(IReadOnlyList<ChannelStatistics> parts) =>
        new([.. parts.SelectMany(p => p.Mean)], [.. parts.SelectMany(p => p.Variance)], parts[0].Count);
}
