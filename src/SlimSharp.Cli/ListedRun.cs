using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>A run, or a network that was cut, with the settings of what it descends from.</summary>
/// <param name="Run">The run; of a cut network its file, with the command prune.</param>
/// <param name="Ancestors">The settings of the runs that it descends from, the nearest first.</param>
internal sealed record ListedRun(RunSummary Run, IReadOnlyList<IReadOnlyDictionary<string, string>> Ancestors)
{
    private const int MostGenerations = 100;

    // What a run folder holds is its run's.
    private static readonly string[] OfRuns = ["model.slim", "last.slim", "former.slim"];

    /// <summary>Every run and cut network below a folder, in the order of their paths.</summary>
    internal static IEnumerable<ListedRun> Below(string root)
    {
        var runs = RunList.Below(root).Select(OfRun);
        var cuts = Directory
            .EnumerateFiles(root, "*.slim", SearchOption.AllDirectories)
            .Where(f => !OfRuns.Contains(Path.GetFileName(f)))
            .Select(OfCut)
            .OfType<ListedRun>();
        return runs.Concat(cuts).OrderBy(r => r.Run.Folder, StringComparer.Ordinal);
    }

    private static ListedRun OfRun(RunSummary run) =>
        new(
            run,
            run.Settings.GetValueOrDefault("from") is { } from && Locate(from, run.Folder) is { } file
                ? [.. AncestorsOf(file, MostGenerations)]
                : []
        );

    private static ListedRun? OfCut(string file)
    {
        var metadata = SlimHeader.Read(file);
        if (!metadata.ContainsKey("plan"))
            return null;
        var certificate = Object(metadata.GetValueOrDefault("certificate"));
        var record = new RunRecord
        {
            Parameters = (long?)certificate?["parameters"] ?? 0,
            Macs = (long?)certificate?["macs"] ?? 0,
            Begun = File.GetLastWriteTimeUtc(file),
            Ended = File.GetLastWriteTimeUtc(file),
        };
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["command"] = "prune" };
        return new(new(file, settings, record, true), [.. AncestorsOf(file, MostGenerations)]);
    }

    // A file keeps the options of the run that made it, also once it is cut; those name what that run started from.
    private static IEnumerable<IReadOnlyDictionary<string, string>> AncestorsOf(string file, int generations)
    {
        if (Object(SlimHeader.Read(file).GetValueOrDefault("provenance")) is not { } provenance)
            yield break;
        if (Object((string?)provenance["options"]) is not { } options)
            yield break;
        var settings = RunList.Settings(options);
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

    // As it was typed, from here or from a folder above the run: runs may have been moved with what they started from, or be looked at from elsewhere.
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

    private static JsonObject? Object(string? json)
    {
        try
        {
            return json is null ? null : CheckedJson.Tree(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
