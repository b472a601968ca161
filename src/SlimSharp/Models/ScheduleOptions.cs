namespace SlimSharp.Models;

/// <summary>The rewrite rules that a schedule is made with; each can be switched off.</summary>
public sealed record ScheduleOptions
{
    /// <summary>No rule at all: the network as it is written.</summary>
    public static ScheduleOptions Plain { get; } = new() { ChannelsLast = false };

    /// <summary>Lays images out with their channels innermost, which the convolutions of CPUs prefer.</summary>
    public bool ChannelsLast { get; init; } = true;

    /// <summary>Casts images to bfloat16 at the input; layers compute in the type of what they read.</summary>
    public bool BFloat16 { get; init; }
}
