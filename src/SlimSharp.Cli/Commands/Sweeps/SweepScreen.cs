using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Runs of a sweep in words.</summary>
internal static class SweepScreen
{
    internal static void Report(Screen screen, SweepRun run, SweepState state, string words)
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
            screen.Say($"run {run.Number} {run.Stage} ({Settings(run)}): {verb}");
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

    internal static string Settings(SweepRun run) => string.Join(", ", run.Settings.Select(s => $"{s.Key} {s.Value}"));
}
