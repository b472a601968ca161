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
        if (bfloat16 && device == "cpu" && !Processor.HasBFloat16)
            screen.Warn(Words);
    }

    /// <summary>Warns once, if any run that is left to do is such a one.</summary>
    internal static void Warn(Screen screen, SweepFolder sweep) =>
        Warn(screen, sweep.Runs.Any(r => IsNarrow(r) && sweep.StateOf(r) != SweepState.Done), "cpu");

    private static bool IsNarrow(SweepRun run) =>
        run.Options.GetValueOrDefault("precision") == "bfloat16"
        && run.Options.GetValueOrDefault("device", "cpu") == "cpu";
}
