using System.CommandLine;
using System.Text.Json.Nodes;
using SlimSharp.Objectives;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>slim runs: lists, filters and compares runs.</summary>
internal static class RunsCommand
{
    private static readonly string[] Shown = ["command", "model", "penalty", "lambda", "training.seed"];
    private const int LongestValues = 100; // letters

    // What is kept beside what options say.
    private static readonly string[] NotAsked = ["data.relative", "training.optimizer.memory"];

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
                "Only runs with this setting, and the cuts and retrainings that descend from them: options of slim train and slim retrain, as in --where penalty=l1 or --where seed=3, and what slim prune was asked for, as in --where macs=0.6, params=0.4, ratio=0.5 or control=random, which finds those cuts and the retrainings of them. Several must all hold; NAME= finds runs without it; --settings shows the names.",
            HelpName = "NAME=VALUE",
        };
        var sort = Choices.Choice("--sort", "What by.", "path", "accuracy", "parameters", "macs", "seconds", "time");
        var differ = new Option<bool>("--differences")
        {
            Description = "Show every setting in which these runs differ instead of the usual ones.",
        };
        var settings = new Option<bool>("--settings")
        {
            Description = "List what --where can ask for, with the values that these runs have, instead of the runs.",
        };
        var common = new CommonOptions();
        command.Add(root);
        foreach (var option in (Option[])[where, sort, differ, settings, common.Json])
            command.Add(option);
        command.SetAction(parsed =>
        {
            var (screen, folder) = (common.Screen(parsed), parsed.GetValue(root)!);
            if (!Directory.Exists(folder))
                throw new UsageException($"There is no folder '{folder}'. Name the one that holds the runs.");
            ListedRun[] all = [.. ListedRun.Below(folder)];
            RunCondition[] conditions = [.. (parsed.GetValue(where) ?? []).Select(RunCondition.Parse)];
            Check(conditions, all, folder);
            ListedRun[] runs = [.. Sort(all.Where(r => conditions.All(c => c.Fits(r))), parsed.GetValue(sort)!)];
            if (runs.Length == 0)
                screen.Say(all.Length == 0 ? $"There is no run below '{folder}'." : $"None of {all.Length} runs fits.");
            else if (parsed.GetValue(settings))
                ListSettings(screen, runs);
            else
                List(screen, runs, parsed.GetValue(differ));
            // Of those that are listed, machines have it beside the rest.
            foreach (var run in all.Where(r => r.Run.Damage is not null))
            {
                if (runs.Contains(run))
                    screen.Say($"Warning: {run.Run.Damage}");
                else
                    screen.Warn($"whether it fits cannot be told: {run.Run.Damage}");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void Check(RunCondition[] conditions, ListedRun[] all, string folder)
    {
        if (all.Length == 0)
            return;
        if (conditions.FirstOrDefault(c => c.Value.Length > 0 && !all.Any(c.IsKnownTo)) is not { } stray)
            return;
        string[] known = Known(all);
        throw new UsageException(
            $"--where {stray.Name}={stray.Value}: no run below '{folder}' has a setting '{stray.Name}'{Misuse.Meant(stray.Name, known.Select(k => SettingName.Of(k, known)))} "
                + $"'slim runs {folder} --settings' lists what there is."
        );
    }

    private static string[] Known(IEnumerable<ListedRun> runs) =>
        [.. runs.SelectMany(r => r.Line).SelectMany(s => s.Keys).Distinct().Except(NotAsked)];

    private static void ListSettings(Screen screen, ListedRun[] runs)
    {
        var known = Known(runs);
        var values = runs.SelectMany(r => r.Line).SelectMany(s => s).ToLookup(s => s.Key, s => s.Value);
        var rows = known
            .GroupBy(k => SettingName.Of(k, known), k => values[k])
            .Select(g => (Name: g.Key, Values: g.SelectMany(v => v).Distinct().Order(StringComparer.Ordinal).ToArray()))
            .OrderBy(r => r.Name, StringComparer.Ordinal)
            .ToArray();
        screen.Table(
            null,
            ["setting", "values"],
            rows.Select(r => (IReadOnlyList<string>)[r.Name, InWords(r.Values)]),
            1
        );
        foreach (var (name, of) in rows)
            screen.Emit(new() { ["setting"] = name, ["values"] = new JsonArray([.. of.Select(v => (JsonNode?)v)]) });
    }

    private static string InWords(string[] values)
    {
        var (text, shown) = (values[0], 1);
        while (shown < values.Length && text.Length + values[shown].Length < LongestValues)
            text += $", {values[shown++]}";
        return shown < values.Length ? $"{text} and {values.Length - shown} more" : text;
    }

    private static void List(Screen screen, ListedRun[] runs, bool differences)
    {
        var columns = differences ? Differing(runs) : Shown;
        var known = Known(runs);
        var areCut = !differences && runs.Any(r => r.LastCut.Length > 0);
        string[] measures = [.. runs.SelectMany(r => r.Run.Record?.Measures.Keys ?? []).Distinct()];
        if (measures.Length == 0)
            measures = [NamedMeasure.Accuracy.Name];
        string[] heads = [.. columns.Select(c => SettingName.Of(c, known)), .. areCut ? (string[])["cut"] : []];
        screen.Table(
            null,
            ["run", .. heads, "", .. measures, "parameters", "MACs", "seconds"],
            runs.Select(r =>
                (IReadOnlyList<string>)
                    [
                        r.Run.Folder,
                        .. columns.Select(c => r.Run.Settings.GetValueOrDefault(c, "")),
                        .. areCut ? (string[])[r.LastCut] : [],
                        State(r.Run),
                        .. measures.Select(m =>
                            r.Run.Record?.Measures.TryGetValue(m, out var value) == true
                                ? Words.Measured(NamedMeasure.ByName(m), value, 2)
                                : ""
                        ),
                        r.Run.Record is { } record ? Words.Count(record.Parameters) : "",
                        r.Run.Record is { } cost ? Words.Count(cost.Macs) : "",
                        r.Run.Record is { Ended: not null } time ? Words.Number(time.Seconds, "F0") : "",
                    ]
            ),
            [.. Enumerable.Range(1, heads.Length)]
        );
        foreach (var (run, cut) in runs.Select(r => (r.Run, r.LastCut)))
            screen.Emit(
                new()
                {
                    ["run"] = run.Folder,
                    ["finished"] = run.IsFinished && run.Damage is null,
                    ["damage"] = run.Damage,
                    ["accuracy"] = run.Record?.Accuracy,
                    ["measures"] = new JsonObject(
                        (run.Record?.Measures.AsEnumerable() ?? []).Select(m =>
                            KeyValuePair.Create(m.Key, (JsonNode?)m.Value)
                        )
                    ),
                    ["parameters"] = run.Record?.Parameters,
                    ["macs"] = run.Record?.Macs,
                    ["seconds"] = run.Record?.Seconds,
                    ["cut"] = cut.Length > 0 ? cut : null,
                    ["warnings"] = new JsonArray([.. (run.Record?.Warnings ?? []).Select(w => (JsonNode)w.Text)]),
                    ["settings"] = new JsonObject(
                        run.Settings.Select(s => KeyValuePair.Create(s.Key, (JsonNode?)s.Value))
                    ),
                }
            );
    }

    private static string State(RunSummary run) =>
        run.Damage is not null ? "damaged"
        : run.IsFinished ? "done"
        : "open";

    private static IEnumerable<ListedRun> Sort(IEnumerable<ListedRun> runs, string by) =>
        by switch
        {
            "accuracy" => runs.OrderByDescending(r => r.Run.Record?.Accuracy),
            "parameters" => runs.OrderBy(r => r.Run.Record?.Parameters),
            "macs" => runs.OrderBy(r => r.Run.Record?.Macs),
            "seconds" => runs.OrderBy(r => r.Run.Record?.Seconds),
            "time" => runs.OrderBy(r => r.Run.Record?.Begun),
            _ => runs,
        };

    // Cuts differ from cuts and runs from runs: what the others cannot have is no difference.
    private static string[] Differing(ListedRun[] runs)
    {
        const string Command = "command";
        bool Differ(string setting) =>
            runs.Select(r => r.Run.Settings)
                .GroupBy(s => setting != Command && s.GetValueOrDefault(Command) == "prune")
                .Any(g => g.Select(s => s.GetValueOrDefault(setting)).Distinct().Skip(1).Any());
        return [.. runs.SelectMany(r => r.Run.Settings.Keys).Distinct().Where(Differ).Order(StringComparer.Ordinal)];
    }
}
