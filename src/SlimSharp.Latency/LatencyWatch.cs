namespace SlimSharp.Latency;

/// <summary>Watches what else a machine does while something is timed, from its construction on.</summary>
public sealed class LatencyWatch
{
    private readonly int _threads;
    private readonly Func<CpuTimes> _clock;
    private readonly CpuTimes _begin;

    /// <summary>Begins.</summary>
    /// <param name="threads">The threads that compute what is timed.</param>
    public LatencyWatch(int threads)
        : this(threads, CpuTimes.Now) { }

    internal LatencyWatch(int threads, Func<CpuTimes> clock) => (_threads, _clock, _begin) = (threads, clock, clock());

    /// <summary>What was seen up to now.</summary>
    /// <param name="timings">What was timed meanwhile.</param>
    public Disturbance Seen(IEnumerable<Timing> timings) => Disturbance.Of(_clock() - _begin, timings, _threads);
}
