using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>A model in a report: that of a run, or one that was cut from it.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="File">Its file.</param>
/// <param name="Folder">Its run; null for a file alone.</param>
public sealed record ReportEntry(string Name, string File, RunFolder? Folder)
{
    private const string Cut = "pruned.slim";

    /// <summary>
    /// The finished runs and cut networks that paths mean: files, run folders, or folders with such below.
    /// </summary>
    /// <exception cref="ExperimentException">There is none.</exception>
    public static IReadOnlyList<ReportEntry> Find(IEnumerable<string> paths)
    {
        ReportEntry[] found =
        [
            .. paths.SelectMany(path =>
            {
                if (System.IO.File.Exists(path))
                    return [new(path, path, null)];
                if (!Directory.Exists(path))
                    throw new ExperimentException($"There is no file or folder '{path}'.");
                ReportEntry[] below = [.. FolderTree.Of(path).SelectMany(In)];
                return below.Length > 0
                    ? below
                    : throw new ExperimentException($"'{path}' holds no finished run and no cut network.");
            }),
        ];
        // Names without the folders that all of them lie in.
        var common = found.Select(e => e.Name.LastIndexOf('/') + 1).Min();
        while (common > 0 && found.Any(e => !e.Name.StartsWith(found[0].Name[..common], StringComparison.Ordinal)))
            common = found[0].Name.LastIndexOf('/', common - 2 < 0 ? 0 : common - 2) + 1;
        return found.Length < 2 ? found : [.. found.Select(e => e with { Name = e.Name[common..] })];
    }

    /// <summary>The epochs of its training; empty for a file alone.</summary>
    /// <exception cref="ExperimentException">They cannot be read.</exception>
    public IReadOnlyList<EpochMetrics> History()
    {
        if (Folder?.MetricsFile is not { } file || !System.IO.File.Exists(file))
            return [];
        EpochMetrics[] epochs = [.. System.IO.File.ReadLines(file).Select((line, i) => Epoch(file, line, i + 1))];
        for (var i = 1; i < epochs.Length; i++)
        {
            if (epochs[i].Epoch <= epochs[i - 1].Epoch)
                throw Unread(file, i + 1, $"the epoch {epochs[i].Epoch} stands behind {epochs[i - 1].Epoch}");
        }
        return epochs;
    }

    private static EpochMetrics Epoch(string file, string line, int number)
    {
        try
        {
            return CheckedJson.Read(line, ExperimentsJson.Default.EpochMetrics);
        }
        catch (JsonException e)
        {
            throw Unread(file, number, e.Message);
        }
    }

    private static ExperimentException Unread(string file, int line, string why) =>
        new($"{file} is damaged: line {line} cannot be read as an epoch's metrics ({why}).");

    /// <summary>The plan by which this run's own network was cut afterwards, if that lies beside it.</summary>
    public SlimmingPlan? LaterPlan()
    {
        if (Folder is null || !System.IO.File.Exists(Path.Combine(Folder.Path, Cut)))
            return null;
        using var cut = SlimFile.Load(Path.Combine(Folder.Path, Cut));
        return cut.Plan;
    }

    private static IEnumerable<ReportEntry> In(string folder)
    {
        if (
            System.IO.File.Exists(Path.Combine(folder, "run.json"))
            && RunFolder.Open(folder) is { IsFinished: true } run
        )
            yield return new(folder, run.ModelFile, run);
        if (System.IO.File.Exists(Path.Combine(folder, Cut)))
            yield return new(Path.Combine(folder, Cut), Path.Combine(folder, Cut), null);
    }
}
