using System.Diagnostics;
using System.Globalization;

namespace SlimSharp.Latency;

/// <summary>What the processors that this process may use have done up to an instant, in seconds.</summary>
/// <param name="Wall">Time that passed.</param>
/// <param name="Own">Time that this process computed, on all of them together.</param>
/// <param name="Busy">Time that anybody computed on them; NaN where the system does not say.</param>
/// <param name="Stolen">Time that a hypervisor gave to other machines; NaN where the system does not say.</param>
/// <param name="Cores">How many they are.</param>
internal readonly record struct CpuTimes(double Wall, double Own, double Busy, double Stolen, int Cores)
{
    private const double Ticks = 100; // a second, in /proc/stat
    private const string Allowed = "Cpus_allowed_list:";

    /// <summary>Up to now.</summary>
    internal static CpuTimes Now()
    {
        var wall = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        var own = Environment.CpuUsage.TotalTime.TotalSeconds;
        try
        {
            var cores = AllowedCores(File.ReadLines("/proc/self/status"));
            var (busy, stolen) = Read(File.ReadLines("/proc/stat"), cores);
            return new(wall, own, busy, stolen, cores.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return new(wall, own, double.NaN, double.NaN, Environment.ProcessorCount);
        }
    }

    /// <summary>Between two instants.</summary>
    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) =>
        new(
            later.Wall - earlier.Wall,
            later.Own - earlier.Own,
            later.Busy - earlier.Busy,
            later.Stolen - earlier.Stolen,
            later.Cores
        );

    /// <summary>The processors in a list like 0-3,8.</summary>
    /// <exception cref="FormatException">There is no such list.</exception>
    internal static HashSet<int> AllowedCores(IEnumerable<string> status)
    {
        var line = status.FirstOrDefault(l => l.StartsWith(Allowed, StringComparison.Ordinal));
        if (line is null)
            throw new FormatException($"there is no {Allowed}");
        int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);
        return
        [
            .. line[Allowed.Length..]
                .Trim()
                .Split(',')
                .Select(r => r.Split('-'))
                .SelectMany(r => Enumerable.Range(Whole(r[0]), Whole(r[^1]) - Whole(r[0]) + 1)),
        ];
    }

    /// <summary>What /proc/stat says of some processors.</summary>
    internal static (double Busy, double Stolen) Read(IEnumerable<string> stat, HashSet<int> cores)
    {
        var (busy, stolen) = (0.0, 0.0);
        foreach (var line in stat)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (
                words.Length < 9
                || !words[0].StartsWith("cpu", StringComparison.Ordinal)
                || !int.TryParse(words[0].AsSpan(3), CultureInfo.InvariantCulture, out var core)
                || !cores.Contains(core)
            )
                continue;
            double At(int field) => double.Parse(words[field], CultureInfo.InvariantCulture) / Ticks;
            // user, nice, system, (idle, waiting for disks,) interrupts twice; what guests use is counted as the
            // user's.
            busy += At(1) + At(2) + At(3) + At(6) + At(7);
            stolen += At(8);
        }
        return (busy, stolen);
    }
}
