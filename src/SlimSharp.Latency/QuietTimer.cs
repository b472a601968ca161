namespace SlimSharp.Latency;

/// <summary>
/// Times things again while the machine is busy, a bounded number of times for all of them together, and keeps of each
/// the calmest timing.
/// </summary>
/// <param name="threads">The threads that compute what is timed.</param>
/// <param name="clock">What processors have done.</param>
/// <param name="pause">Waits before a repetition.</param>
internal sealed class QuietTimer(int threads, Func<CpuTimes> clock, Action pause)
{
    /// <summary>Repetitions of all that is timed.</summary>
    internal const int Repeats = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private int _left = Repeats;

    internal QuietTimer(int threads)
        : this(threads, CpuTimes.Now, () => Thread.Sleep(Patience)) { }

    /// <summary>The worst of what was kept; null while all of it is of a quiet machine.</summary>
    internal Disturbance? Worst { get; private set; }

    /// <summary>The calmest timings of what <paramref name="measure"/> times.</summary>
    internal IReadOnlyList<Timing> Run(Func<IReadOnlyList<Timing>> measure)
    {
        var (timings, seen) = Once(measure);
        while (seen.IsBusy && _left > 0)
        {
            _left--;
            pause();
            var (others, then) = Once(measure);
            if (then.Size < seen.Size)
                (timings, seen) = (others, then);
        }
        if (seen.IsBusy && !(Worst?.Size >= seen.Size))
            Worst = seen;
        return timings;
    }

    private (IReadOnlyList<Timing> Timings, Disturbance Seen) Once(Func<IReadOnlyList<Timing>> measure)
    {
        var watch = new LatencyWatch(threads, clock);
        var timings = measure();
        return (timings, watch.Seen(timings));
    }
}
