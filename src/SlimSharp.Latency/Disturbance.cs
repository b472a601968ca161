using System.Globalization;

namespace SlimSharp.Latency;

/// <summary>
/// What else a machine did while something was timed, as far as that can be seen: from the system's counters, and from
/// how timings of one thing differ.
/// </summary>
/// <param name="Others">What other processes used of the cores that this one may use, in cores; 0 where the system does
/// not say.</param>
/// <param name="Stolen">The share of time, in [0, 1], that a hypervisor gave to other machines.</param>
/// <param name="Waiting">The share of time, in [0, 1], in which this process did not compute though it had to.</param>
/// <param name="Spread">Half of the timings spread by more than this: from their tenth to their ninetieth percentile,
/// less what comes and goes on a quiet machine, relative to the median.</param>
/// <param name="Cores">The cores that this process may use.</param>
/// <param name="Threads">The threads that it computed with.</param>
public sealed record Disturbance(double Others, double Stolen, double Waiting, double Spread, int Cores, int Threads)
{
    private const double LargestOverlap = 0.25; // of a core
    private const double LargestShare = 0.02; // stolen
    private const double LargestWaiting = 0.15;
    private const double LargestSpread = 0.35;
    private const double Jitter = 0.1; // milliseconds; interrupts, and caches that whoever ran between has filled
    private const double ShortestTiming = 0.05; // milliseconds; of less the clock's steps are too large a part
    private const double ShortestWatch = 0.3; // seconds; what all processes do is counted in hundredths

    // Seconds; what this process does is counted in microseconds, but on Windows.
    private static readonly double ShortestOwn = OperatingSystem.IsWindows() ? ShortestWatch : 0.02;

    /// <summary>True if the timings are not those of the machine alone.</summary>
    public bool IsBusy => Size > 1;

    /// <summary>The worst of its signs, in what is allowed of it.</summary>
    internal double Size =>
        new[]
        {
            (Others + Threads - Cores) / LargestOverlap,
            Stolen / LargestShare,
            Waiting / LargestWaiting,
            Spread / LargestSpread,
        }.Max();

    /// <summary>The signs, as a part of a sentence.</summary>
    public override string ToString()
    {
        var signs = new List<string>();
        if (Others + Threads - Cores > LargestOverlap)
            signs.Add($"other processes used {Number(Others)} of {Cores} {(Cores == 1 ? "core" : "cores")}");
        if (Stolen > LargestShare)
            signs.Add($"{Percent(Stolen)} of the time went to other machines on the same hardware");
        if (Waiting > LargestWaiting)
            signs.Add($"this process had to wait for {Percent(Waiting)} of the time");
        if (Spread > LargestSpread)
            signs.Add($"half of the timings spread by more than {Percent(Spread)}");
        return signs.Count == 0 ? "nothing else was seen" : string.Join(", ", signs);
    }

    /// <summary>From what the processors did meanwhile and what was timed.</summary>
    internal static Disturbance Of(CpuTimes meanwhile, IEnumerable<Timing> timings, int threads)
    {
        double Share(double seconds, double shortest = ShortestWatch) =>
            meanwhile.Wall >= shortest && seconds > 0 ? seconds / meanwhile.Wall : 0; // not of NaN
        double[] spreads =
        [
            .. timings
                .Where(t => t.Median >= ShortestTiming)
                .Select(t => Math.Max(t.P90 - t.P10 - Jitter, 0) / t.Median)
                .Order(),
        ];
        return new(
            Share(meanwhile.Busy - meanwhile.Own),
            Share(meanwhile.Stolen) / Math.Max(meanwhile.Cores, 1),
            Share(meanwhile.Wall - meanwhile.Own, ShortestOwn),
            spreads.Length == 0 ? 0 : spreads[spreads.Length / 2],
            meanwhile.Cores,
            Math.Min(threads, meanwhile.Cores)
        );
    }

    private static string Number(double number) => number.ToString("F1", CultureInfo.InvariantCulture);

    private static string Percent(double share) => $"{(100 * share).ToString("F0", CultureInfo.InvariantCulture)} %";
}
