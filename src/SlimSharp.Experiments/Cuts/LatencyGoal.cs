using SlimSharp.Latency;

namespace SlimSharp.Experiments;

/// <summary>A latency to cut to: either milliseconds or a speed-up.</summary>
public sealed record LatencyGoal
{
    /// <summary>At most so many milliseconds; null where a speed-up is asked for.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>So many times as fast as before; null where milliseconds are asked for.</summary>
    public double? Speedup { get; init; }

    /// <summary>Images at a time.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Threads of one operator.</summary>
    public int Threads { get; init; } = SlimSharp.Threads.Count;

    /// <summary>The file of the table to plan with; null for this machine's own.</summary>
    public string? Table { get; init; }

    /// <summary>How widths are chosen.</summary>
    public WidthChoice Choice { get; init; }

    /// <summary>The milliseconds asked for, where <paramref name="before"/> is the time before.</summary>
    public double Of(double before) => Milliseconds ?? before / Speedup!.Value;

    /// <summary>Throws unless exactly one of both is asked for.</summary>
    /// <exception cref="ExperimentException">The message names the property.</exception>
    public void Check()
    {
        if (Milliseconds is null == Speedup is null)
            throw new ExperimentException("Give exactly one of LatencyGoal.Milliseconds and LatencyGoal.Speedup.");
        if (Milliseconds is not (null or > 0) || Speedup is not (null or > 0))
            throw new ExperimentException(
                FormattableString.Invariant(
                    $"LatencyGoal.Milliseconds is {Milliseconds} and LatencyGoal.Speedup {Speedup}, but must be positive."
                )
            );
        if (Batch < 1 || Threads < 1)
            throw new ExperimentException(
                $"LatencyGoal.Batch is {Batch} and LatencyGoal.Threads {Threads}, but must be 1 or more."
            );
    }
}
