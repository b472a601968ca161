using System.Globalization;
using TorchSharp;

namespace SlimSharp;

/// <summary>One thread count for libtorch and for the data pipeline.</summary>
public static class Threads
{
    /// <summary>The largest number of threads; with many more libtorch overflows its stack.</summary>
    public const int Most = 4096;

    private static int _count = Environment.ProcessorCount;

    /// <summary>How many threads compute; by default one per core this process may use.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than <see cref="Most"/>.</exception>
    public static int Count
    {
        get => _count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Most);
            _count = value;
            LibTorch.EnsureLoaded();
            torch.set_num_threads(value);
        }
    }

    /// <summary>
    /// A sentence if others leave less of this machine than the threads here, or null. Threads that wait for one
    /// another are then many times slower, not a little. Says nothing of a single thread, which waits for none.
    /// </summary>
    public static string? Crowding()
    {
        const string Load = "/proc/loadavg";
        if (Count == 1 || !File.Exists(Load))
            return null;
        var busy = double.Parse(File.ReadAllText(Load).Split(' ')[0], CultureInfo.InvariantCulture);
        var cores = Environment.ProcessorCount;
        return busy + Count <= cores + 0.8
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"this machine is busy: its {cores} cores had {busy:F1} threads to run over the last minute, and {Count} more "
                    + $"are to compute here; threads that wait for one another are many times slower. Take fewer than {Count} (Threads.Count)."
            );
    }

    /// <summary>For loops over images.</summary>
    internal static ParallelOptions ParallelUntil(CancellationToken stop) =>
        new() { MaxDegreeOfParallelism = Count, CancellationToken = stop };
}
