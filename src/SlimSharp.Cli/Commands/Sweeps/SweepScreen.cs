using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Runs of a sweep in words.</summary>
internal static class SweepScreen
{
    /// <summary>Says that a run was begun or has ended.</summary>
    /// <param name="screen">Where.</param>
    /// <param name="sweep">The sweep, whose result of that run says what it warned of.</param>
    /// <param name="run">The run.</param>
    /// <param name="state">What has become of it.</param>
    /// <param name="words">Why.</param>
    /// <param name="progress">How far the sweep is then.</param>
    /// <param name="atATime">So many runs are worked on at a time.</param>
    internal static void Report(
        Screen screen,
        SweepFolder sweep,
        SweepRun run,
        SweepState state,
        string words,
        SweepProgress? progress = null,
        int atATime = 1
    )
    {
        var warnings = (state == SweepState.Done ? SweepResult.Read(sweep.ResultOf(run))?.Warnings : null) ?? [];
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
            var whole = progress is null ? "" : $"; {progress.InWords(atATime)}";
            screen.Say($"run {run.Number} {run.Stage} ({Settings(run)}): {verb}{whole}");
            foreach (var warning in warnings)
                screen.Say($"Warning of run {run.Number}: {warning.Text}");
            var fields = new JsonObject
            {
                ["run"] = run.Number,
                ["state"] = state.ToString().ToLowerInvariant(),
                ["words"] = words,
            };
            if (progress is not null)
            {
                fields["done"] = progress.Done;
                fields["runs"] = progress.States.Count;
                fields["secondsLeft"] = progress.Left(atATime)?.TotalSeconds;
            }
            if (!warnings.IsEmpty)
                fields["warnings"] = new JsonArray([.. warnings.Select(w => (JsonNode)w.Text)]);
            screen.Emit(fields);
        }
    }

    /// <summary>Counted warnings for machines.</summary>
    internal static JsonArray ToJson(IEnumerable<SweepWarning> warnings) =>
        [
            .. warnings.Select(w => new JsonObject
            {
                ["stage"] = w.Stage,
                ["kind"] = w.Warning.Kind,
                ["runs"] = w.Count,
                ["of"] = w.Finished,
                ["first"] = w.First,
                ["text"] = w.Warning.Text,
            }),
        ];

    /// <summary>The settings of a run in words.</summary>
    internal static string Settings(SweepRun run) => string.Join(", ", run.Settings.Select(s => $"{s.Key} {s.Value}"));
}
