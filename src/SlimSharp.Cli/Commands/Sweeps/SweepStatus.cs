using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>How far a sweep is, what failed and why, and the time left.</summary>
internal static class SweepStatus
{
    internal static void Show(Screen screen, SweepFolder sweep)
    {
        var states = sweep.Runs.Select(r => (Run: r, State: sweep.StateOf(r))).ToArray();
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
        var left = TimeLeft(sweep, states);
        if (left is { } time)
            screen.Say($"about {Words.Time(time)} of work left");
        screen.Emit(
            new()
            {
                ["runs"] = states.Length,
                ["states"] = new JsonObject(
                    kinds.Select(k =>
                        KeyValuePair.Create(k.ToString().ToLowerInvariant(), (JsonNode?)states.Count(s => s.State == k))
                    )
                ),
                ["secondsLeft"] = left?.TotalSeconds,
            }
        );
    }

    // What runs of the same stage took, for those that are not done; null while a stage has none to go by.
    private static TimeSpan? TimeLeft(SweepFolder sweep, (SweepRun Run, SweepState State)[] states)
    {
        var seconds = 0.0;
        foreach (var stage in states.GroupBy(s => s.Run.Stage))
        {
            var open = stage.Count(s => s.State != SweepState.Done);
            if (open == 0)
                continue;
            var done = stage
                .Where(s => s.State == SweepState.Done)
                .Take(100)
                .Select(s => SweepResult.Read(sweep.ResultOf(s.Run))?.Seconds)
                .OfType<double>()
                .ToArray();
            if (done.Length == 0)
                return null;
            seconds += open * done.Average();
        }
        return seconds == 0 ? null : TimeSpan.FromSeconds(seconds);
    }
}
