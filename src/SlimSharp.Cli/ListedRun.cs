using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Runs;
using Settings = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace SlimSharp.Cli;

/// <summary>A run, or a network that was cut, with the settings of what it descends from.</summary>
/// <param name="Run">The run; of a cut network its file, with the command prune and what the cut was asked for.</param>
/// <param name="Ancestors">The settings of the runs and cuts that it descends from, the nearest first.</param>
internal sealed record ListedRun(RunSummary Run, IReadOnlyList<Settings> Ancestors)
{
    private const int MostGenerations = 100;

    // What a run folder holds is its run's.
    private static readonly string[] OfRuns = ["model.slim", "last.slim", "former.slim"];

    /// <summary>Every run and cut network below a folder, in the order of their paths.</summary>
    internal static IEnumerable<ListedRun> Below(string root)
    {
        var runs = RunList.Below(root).Select(OfRun);
        var cuts = FolderTree
            .Of(root)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.slim"))
            .Where(f => !OfRuns.Contains(Path.GetFileName(f)))
            .Select(OfCut)
            .OfType<ListedRun>();
        return runs.Concat(cuts).OrderBy(r => r.Run.Folder, StringComparer.Ordinal);
    }

    /// <summary>What it is and what it descends from, itself first.</summary>
    internal IEnumerable<Settings> Line => Ancestors.Prepend(Run.Settings);

    /// <summary>How much the last cut on the way to it was asked to cut, in words; empty if there was none.</summary>
    internal string LastCut => Line.Select(AskedCut.Target).FirstOrDefault(t => t.Length > 0, "");

    private static ListedRun OfRun(RunSummary run)
    {
        var model = Path.Combine(run.Folder, "model.slim");
        // Where that is no longer there, the model knows what cut it descends from.
        var origin = run.Settings.GetValueOrDefault("from") is not { } from
            ? null
            : Locate(from, run.Folder) ?? (run.IsFinished ? model : null);
        return new(
            run with
            {
                Settings = SettingsOf(run),
                Damage = DamageOf(run, model),
            },
            origin is null ? [] : [.. AncestorsOf(origin, MostGenerations)]
        );
    }

    private static Settings SettingsOf(RunSummary run)
    {
        try
        {
            return RunSettings.Of(CheckedJson.Tree(RunFolder.Open(run.Folder).ReadOptions()));
        }
        catch (Exception e) when (e is RunException or System.Text.Json.JsonException)
        {
            return run.Settings;
        }
    }

    private static string? DamageOf(RunSummary run, string model)
    {
        string? ofModel = null;
        if (run.IsFinished)
            SlimHeader.Read(model, out ofModel);
        RunRecord.Read(run.Folder, out var ofRecord);
        string[] all = [.. ((string?[])[OptionsDamage(run.Folder), ofRecord, ofModel]).OfType<string>()];
        return all.Length == 0 ? null : string.Join(' ', all);
    }

    // JSON it may be, and yet no options of a run.
    private static string? OptionsDamage(string folder)
    {
        try
        {
            RunOptions.Read(RunFolder.Open(folder));
            return null;
        }
        catch (RunException e)
        {
            return e.Message;
        }
    }

    private static ListedRun? OfCut(string file)
    {
        var metadata = SlimHeader.Read(file, out var damage);
        var asked = AskedCut.Of(metadata);
        if (asked is null && damage is null)
            return null; // no cut
        var certificate = SlimHeader.Part(metadata, "certificate");
        var written = File.GetLastWriteTimeUtc(file);
        var record = new RunRecord
        {
            Parameters = Count(certificate?["parameters"]),
            Macs = Count(certificate?["macs"]),
            Begun = written,
            Ended = written,
        };
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in asked ?? settings)
            settings[name] = value;
        if (asked is not null)
            settings["command"] = "prune";
        var run = new RunSummary(file, settings, damage is null ? record : null, true) { Damage = damage };
        return new(run, [.. RunsBefore(metadata, file, MostGenerations)]);
    }

    private static long Count(JsonNode? node) => node is JsonValue value && value.TryGetValue(out long n) ? n : 0;

    private static IEnumerable<Settings> AncestorsOf(string file, int generations)
    {
        var metadata = SlimHeader.Read(file);
        var runs = RunsBefore(metadata, file, generations);
        return AskedCut.Of(metadata) is { } cut ? runs.Prepend(cut) : runs;
    }

    // A file keeps the options of the run that made it, also once it is cut; those name what that run started from.
    private static IEnumerable<Settings> RunsBefore(Settings metadata, string file, int generations)
    {
        var provenance = SlimHeader.Part(metadata, "provenance");
        if (SlimHeader.Part(provenance, "options") is not { } options)
            yield break;
        var settings = RunSettings.Of(options);
        yield return settings;
        if (
            generations == 0
            || settings.GetValueOrDefault("from") is not { } from
            || Locate(from, file) is not { } next
        )
            yield break;
        foreach (var ancestor in AncestorsOf(next, generations - 1))
            yield return ancestor;
    }

    // As it was typed, from here or from a folder above the run: runs may have been moved with what they started from,
    // or be looked at from elsewhere.
    private static string? Locate(string from, string run)
    {
        if (File.Exists(from))
            return from;
        for (var folder = Path.GetFullPath(run); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Combine(folder, from) is var file && File.Exists(file))
                return file;
        }
        return null;
    }
}
