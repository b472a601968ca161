using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>How far a sweep is, what failed and why, and the time left.</summary>
internal static class SweepStatus
{
    internal static void Show(Screen screen, SweepFolder sweep)
    {
        var progress = SweepProgress.Of(sweep);
        var states = progress.States;
        var stages = sweep.Plan.Stages.Select(s => s.Name).ToArray();
        var kinds = Enum.GetValues<SweepState>();
        screen.Table(
            sweep.Plan.Name,
            ["stage", .. kinds.Select(k => k.ToString().ToLowerInvariant())],
            stages.Select(s =>
                (IReadOnlyList<string>)
                    [s, .. kinds.Select(k => $"{states.Count(r => r.Run.Stage == s && r.State == k)}")]
            )
        );
        foreach (var (run, _) in states.Where(s => s.State == SweepState.Failed))
            screen.Say($"run {run.Number} ({SweepScreen.Settings(run)}) failed: {RunClaim.LastWords(sweep.Of(run))}");
        var atATime = Math.Max(progress.Running, 1);
        var left = progress.Left(atATime);
        if (left is { } time)
            screen.Say($"about {Words.Time(time)} left, at {atATime} {(atATime == 1 ? "run" : "runs")} at a time");
        screen.Emit(
            new()
            {
                ["runs"] = states.Count,
                ["states"] = new JsonObject(
                    kinds.Select(k =>
                        KeyValuePair.Create(k.ToString().ToLowerInvariant(), (JsonNode?)progress.Count(k))
                    )
                ),
                ["secondsLeft"] = left?.TotalSeconds,
            }
        );
    }
}
