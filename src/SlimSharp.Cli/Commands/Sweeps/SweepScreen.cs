using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Runs of a sweep in words.</summary>
internal static class SweepScreen
{
    /// <summary>Says that a run was begun or has ended.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="run">The run.</param>
    /// <param name="state">What has become of it.</param>
    /// <param name="words">Why.</param>
    /// <param name="after">What is to be said of the whole sweep then.</param>
    internal static void Report(Screen screen, SweepRun run, SweepState state, string words, string after = "")
    {
        lock (screen)
        {
            var verb = state switch
            {
                SweepState.Running when words.Length > 0 => "given up: " + words,
                SweepState.Running => "begun",
                SweepState.Done => "done",
                SweepState.Stopped => "stopped, with a checkpoint",
                _ => "failed: " + words,
            };
            screen.Say($"run {run.Number} {run.Stage} ({Settings(run)}): {verb}{after}");
            screen.Emit(
                new()
                {
                    ["run"] = run.Number,
                    ["state"] = state.ToString().ToLowerInvariant(),
                    ["words"] = words,
                }
            );
        }
    }

    /// <summary>How much of the sweep is done, and the time left at so many runs at a time.</summary>
    internal static string Progress(SweepFolder sweep, int atATime)
    {
        var progress = SweepProgress.Of(sweep);
        var left = progress.Left(Math.Max(atATime, progress.Running));
        return $"; {progress.Done} of {sweep.Runs.Length}{(left is { } time ? $", about {Words.Time(time)} left" : "")}";
    }

    /// <summary>The settings of a run in words.</summary>
    internal static string Settings(SweepRun run) => string.Join(", ", run.Settings.Select(s => $"{s.Key} {s.Value}"));
}
