using SlimSharp.Latency;

namespace SlimSharp.Cli;

/// <summary>A latency to cut to.</summary>
/// <param name="Milliseconds">At most this; null where a speed-up is asked for.</param>
/// <param name="Speedup">So many times as fast as before; null where milliseconds are asked for.</param>
/// <param name="Batch">Images at a time.</param>
/// <param name="Threads">Threads of one operator.</param>
/// <param name="Table">The table to plan with; null for this machine's own.</param>
/// <param name="Choice">How widths are chosen.</param>
internal sealed record LatencyGoal(
    double? Milliseconds,
    double? Speedup,
    int Batch,
    int Threads,
    string? Table,
    WidthChoice Choice
)
{
    /// <summary>The milliseconds asked for, where this is the time before.</summary>
    internal double Of(double before) => Milliseconds ?? before / Speedup!.Value;
}
