namespace SlimSharp.Models;

/// <summary>
/// How a schedule is made; each of its fast paths can be switched off. float64 always uses none.
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

    /// <summary>The rules by which nodes are done in other ways than one by one; all of them by default.</summary>
    public IReadOnlyList<RewriteRule> Rules { get; init; } = RewriteRule.All;
}
