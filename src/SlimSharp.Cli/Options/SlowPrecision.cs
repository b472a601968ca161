using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>A warning of bfloat16 where it takes many times as long as float32.</summary>
internal static class SlowPrecision
{
    private const string Words =
        "libtorch has no fast convolutions in bfloat16 for this processor (AVX-512 is missing); float32 is many times faster.";

    /// <summary>Warns of a run in that precision on that device.</summary>
    internal static void Warn(Screen screen, bool bfloat16, string device)
    {
        if (IsSlow(bfloat16, device))
            screen.Warn(Words);
    }

    /// <summary>Warns once, if any run that is left to do is such a one.</summary>
    internal static void Warn(Screen screen, SweepFolder sweep)
    {
        if (sweep.Runs.Any(r => IsSlow(r) && sweep.StateOf(r) != SweepState.Done))
            screen.Warn(Words);
    }

    private static bool IsSlow(SweepRun run) =>
        IsSlow(
            run.Options.GetValueOrDefault("precision") == "bfloat16",
            run.Options.GetValueOrDefault("device", "cpu")
        );

    private static bool IsSlow(bool bfloat16, string device) => bfloat16 && device == "cpu" && !Processor.HasBFloat16;
}
