using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>How far a sweep is, what failed and why, and the time left.</summary>
internal static class SweepStatus
{
    /// <summary>How failed runs are tried again.</summary>
    internal static string Again(string folder) =>
        $"A run that has failed {RunLease.Tries} times is left alone; 'slim sweep run {folder} --retry' tries it again.";

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
        foreach (var (run, state) in states.Where(s => s.State is SweepState.Failed or SweepState.Stopped))
        {
            if (RunLease.Failures(sweep.Of(run)) is > 0 and var times)
                screen.Say(
                    $"run {run.Number} ({SweepScreen.Settings(run)}) has failed {(times == 1 ? "once" : $"{times} times")}{(state == SweepState.Failed ? "" : " and is tried again")}: {RunLease.LastWords(sweep.Of(run))}"
                );
        }
        if (progress.Count(SweepState.Failed) > 0)
            screen.Say(Again(sweep.Path));
        var warnings = SweepWarning.Of(SweepResults.Of(sweep));
        foreach (var warning in warnings)
            screen.Say($"Warning: {warning.WithExample}");
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
                ["failed"] = new JsonArray([
                    .. states
                        .Where(s => s.State == SweepState.Failed)
                        .Select(s =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["run"] = s.Run.Number,
                                    ["words"] = RunLease.LastWords(sweep.Of(s.Run)),
                                }
                        ),
                ]),
                ["secondsLeft"] = left?.TotalSeconds,
                ["warnings"] = SweepScreen.ToJson(warnings),
            }
        );
    }
}
