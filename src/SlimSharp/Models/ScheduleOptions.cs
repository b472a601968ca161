namespace SlimSharp.Models;

/// <summary>
/// The rewrite rules that a schedule is made with; each can be switched off. float64 always uses none.
/// </summary>
public sealed record ScheduleOptions
{
    /// <summary>No rule at all: the network as it is written, in the framework's own graph.</summary>
    public static ScheduleOptions Plain { get; } = new() { ChannelsLast = false, OwnBackward = false };

    /// <summary>Lays images out with their channels innermost, which the convolutions of CPUs prefer.</summary>
    public bool ChannelsLast { get; init; } = true;

    /// <summary>Casts images to bfloat16 at the input; layers compute in the type of what they read.</summary>
    public bool BFloat16 { get; init; }

    /// <summary>
    /// Differentiates the network outside the framework's graph, in which it becomes one node. The rules below need
    /// this. A second backward pass through one forward pass, and gradients of gradients, take a second forward pass in
    /// that graph.
    /// </summary>
    public bool OwnBackward { get; init; } = true;

    /// <summary>
    /// BatchNorm and the ReLU behind it in one go, its statistics taken once for all layers that read the same
    /// channels.
    /// </summary>
    public bool FuseNormalization { get; init; } = true;

    /// <summary>Sums are written over a term that a convolution made for them alone.</summary>
    public bool SumInPlace { get; init; } = true;

    /// <summary>Concatenations that append to one another write into one buffer instead of copying.</summary>
    public bool ConcatInPlace { get; init; } = true;
}
