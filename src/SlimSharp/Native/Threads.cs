using TorchSharp;

namespace SlimSharp;

/// <summary>One thread count for libtorch and for the data pipeline.</summary>
public static class Threads
{
    private static int _count = Environment.ProcessorCount;

    /// <summary>How many threads compute; by default one per core this process may use.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public static int Count
    {
        get => _count;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _count = value;
            LibTorch.EnsureLoaded();
            torch.set_num_threads(value);
        }
    }

    /// <summary>For loops over images.</summary>
    internal static ParallelOptions Parallel => new() { MaxDegreeOfParallelism = Count };
}
