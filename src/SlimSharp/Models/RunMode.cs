namespace SlimSharp.Models;

/// <summary>How a forward pass is meant.</summary>
/// <param name="IsTraining">Batch statistics and dropout instead of running statistics and none.</param>
/// <param name="Sampling">What random masks are functions of; null draws them from the framework's generator.</param>
public sealed record RunMode(bool IsTraining, Sampling? Sampling = null)
{
    /// <summary>Evaluation.</summary>
    public static RunMode Evaluation { get; } = new(false);
}
