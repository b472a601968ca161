using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim runs: lists, filters and compares runs.</summary>
internal static class RunsCommand
{
    private static readonly string[] Shown = ["command", "model", "penalty", "lambda", "training.seed"];

    internal static Command Create()
    {
        var command = new Command(
            "runs",
            "List the runs and cut networks below a folder, those that fit, with what came of them."
        );
        var root = new Argument<string>("DIR") { Description = "Where to look.", DefaultValueFactory = _ => "runs" };
        var where = new Option<string[]>("--where")
        {
            Description =
                "Only runs with this setting, and the cuts and retrainings that descend from them, as in --where penalty=l1 or --where seed=3; --differences shows the names.",
            HelpName = "NAME=VALUE",
        };
        var sort = Choices.Choice("--sort", "What by.", "path", "accuracy", "parameters", "macs", "seconds", "time");
        var differ = new Option<bool>("--differences")
        {
            Description = "Show every setting in which these runs differ instead of the usual ones.",
        };
        var common = new CommonOptions();
        command.Add(root);
        command.Add(where);
        command.Add(sort);
        command.Add(differ);
        command.Add(common.Json);
        command.SetAction(parsed =>
        {
            var screen = common.Screen(parsed);
            if (!Directory.Exists(parsed.GetValue(root)))
                throw new UsageException(
                    $"There is no folder '{parsed.GetValue(root)}'. Name the one that holds the runs."
                );
            ListedRun[] all = [.. ListedRun.Below(parsed.GetValue(root)!)];
            RunCondition[] conditions = [.. (parsed.GetValue(where) ?? []).Select(RunCondition.Parse)];
            if (
                conditions.FirstOrDefault(c => c.Value.Length > 0 && !all.Any(c.IsKnownTo)) is { } stray
                && all.Length > 0
            )
                throw new UsageException(
                    $"--where {stray.Name}={stray.Value}: no run below '{parsed.GetValue(root)}' has such a setting; there are {string.Join(", ", all.SelectMany(r => r.Ancestors.Prepend(r.Run.Settings)).SelectMany(s => s.Keys).Distinct().Order(StringComparer.Ordinal))}."
                );
            RunSummary[] runs =
            [
                .. Sort(all.Where(r => conditions.All(c => c.Fits(r))).Select(r => r.Run), parsed.GetValue(sort)!),
            ];
            if (runs.Length == 0)
            {
                screen.Say(
                    all.Length == 0
                        ? $"There is no run below '{parsed.GetValue(root)}'."
                        : $"None of {all.Length} runs fits."
                );
                return ExitCode.Done;
            }
            string[] columns = parsed.GetValue(differ) ? Differing(runs) : Shown;
            screen.Table(
                null,
                ["run", .. columns, "", "accuracy", "parameters", "MACs", "seconds"],
                runs.Select(r =>
                    (IReadOnlyList<string>)
                        [
                            r.Folder,
                            .. columns.Select(c => r.Settings.GetValueOrDefault(c, "")),
                            r.IsFinished ? "done" : "open",
                            r.Record?.Accuracy is { } a ? Words.Percent(a, 2) : "",
                            r.Record is { } record ? Words.Count(record.Parameters) : "",
                            r.Record is { } cost ? Words.Count(cost.Macs) : "",
                            r.Record is { Ended: not null } time ? Words.Number(time.Seconds, "F0") : "",
                        ]
                ),
                [.. Enumerable.Range(1, columns.Length)]
            );
            foreach (var run in runs)
                screen.Emit(
                    new()
                    {
                        ["run"] = run.Folder,
                        ["finished"] = run.IsFinished,
                        ["accuracy"] = run.Record?.Accuracy,
                        ["parameters"] = run.Record?.Parameters,
                        ["macs"] = run.Record?.Macs,
                        ["seconds"] = run.Record?.Seconds,
                        ["warnings"] = new JsonArray([.. (run.Record?.Warnings ?? []).Select(w => (JsonNode)w.Text)]),
                        ["settings"] = new JsonObject(
                            run.Settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))
                        ),
                    }
                );
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<RunSummary> Sort(IEnumerable<RunSummary> runs, string by) =>
        by switch
        {
            "accuracy" => runs.OrderByDescending(r => r.Record?.Accuracy),
            "parameters" => runs.OrderBy(r => r.Record?.Parameters),
            "macs" => runs.OrderBy(r => r.Record?.Macs),
            "seconds" => runs.OrderBy(r => r.Record?.Seconds),
            "time" => runs.OrderBy(r => r.Record?.Begun),
            _ => runs,
        };

    // A cut network has no settings but its command, and is no reason to show all of those that its ancestors share.
    private static string[] Differing(RunSummary[] runs) =>
        [
            .. runs.SelectMany(r => r.Settings.Keys)
                .Distinct()
                .Where(k =>
                    runs.Where(r => k == "command" || r.Settings.Count > 1)
                        .Select(r => r.Settings.GetValueOrDefault(k))
                        .Distinct()
                        .Skip(1)
                        .Any()
                )
                .Order(StringComparer.Ordinal),
        ];
}
