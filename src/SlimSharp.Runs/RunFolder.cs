using System.Text.Json;
using System.Text.Json.Nodes;

namespace SlimSharp.Runs;

/// <summary>
/// The folder of one run: <c>run.json</c> (its options), <c>record.json</c> (what was run on what),
/// <c>metrics.jsonl</c> and <c>scales.jsonl</c> (a line per epoch), <c>last.slim</c> (the checkpoint) and
/// <c>former.slim</c> (the one before), <c>model.slim</c> (the result) and <c>report.html</c>. Every file is either
/// whole or not there.
/// </summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The options of the run, as JSON.</summary>
    public string OptionsFile => At("run.json");

    /// <summary>One JSON object per epoch and line.</summary>
    public string MetricsFile => At("metrics.jsonl");

    /// <summary>One JSON object per epoch and line: how many scales of each layer lie where.</summary>
    public string ScalesFile => At("scales.jsonl");

    /// <summary>The last checkpoint.</summary>
    public string CheckpointFile => At("last.slim");

    /// <summary>The checkpoint before the last, should that be damaged.</summary>
    public string FormerCheckpointFile => At("former.slim");

    /// <summary>What was run, on what, and what came of it.</summary>
    public string RecordFile => At("record.json");

    /// <summary>The trained model.</summary>
    public string ModelFile => At("model.slim");

    /// <summary>The page to look at.</summary>
    public string ReportFile => At("report.html");

    /// <summary>True if the run has a checkpoint to go on from.</summary>
    public bool HasCheckpoint => File.Exists(CheckpointFile) || File.Exists(FormerCheckpointFile);

    /// <summary>True if the run is finished: its model is there.</summary>
    public bool IsFinished => File.Exists(ModelFile);

    /// <summary>
    /// True if all that comes after the model is there as well: the end of the record, and the report.
    /// </summary>
    public bool IsComplete =>
        IsFinished && File.Exists(ReportFile) && RunRecord.Read(Path) is null or { Ended: not null };

    /// <summary>A new run with these options.</summary>
    /// <remarks>A folder in which a process was killed before it had written anything counts as empty.</remarks>
    /// <exception cref="RunException">The folder holds something already, or cannot be written.</exception>
    public static RunFolder Create(string path, string options)
    {
        if (File.Exists(path))
            throw new RunException($"'{path}' is a file; a run needs a folder.");
        var folder = new RunFolder(path);
        if (Directory.Exists(path))
            folder.Tidy();
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
            throw new RunException(
                $"The folder '{path}' is not empty and holds no run that could be gone on with; choose another folder."
            );
        Write(folder.OptionsFile, options);
        return folder;
    }

    /// <summary>True if a run was begun in that folder: its options are there.</summary>
    /// <remarks>
    /// Options that were written whole by a process that was killed before it gave them their name get it now.
    /// </remarks>
    public static bool IsBegun(string path)
    {
        var file = new RunFolder(path).OptionsFile;
        if (!File.Exists(file) && Directory.Exists(path))
        {
            foreach (var left in TemporaryFile.LeftIn(path, System.IO.Path.GetFileName(file)).Where(IsWhole).Take(1))
                File.Move(left, file);
        }
        return File.Exists(file);
    }

    /// <summary>An existing run.</summary>
    /// <exception cref="RunException">There is no run in that folder.</exception>
    public static RunFolder Open(string path)
    {
        return IsBegun(path) ? new(path) : throw new RunException($"'{path}' is no run folder: it has no run.json.");
    }

    /// <summary>The options as they were written.</summary>
    public string ReadOptions()
    {
        try
        {
            return File.ReadAllText(OptionsFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{OptionsFile} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Writes the metrics of all epochs so far.</summary>
    public void WriteMetrics(IEnumerable<string> lines) => Put(MetricsFile, string.Concat(lines.Select(l => l + "\n")));

    /// <summary>Writes how many scales lay where at the end of each epoch so far.</summary>
    public void WriteScales(IEnumerable<string> lines) => Put(ScalesFile, string.Concat(lines.Select(l => l + "\n")));

    /// <summary>Writes what was run, on what, and what came of it.</summary>
    public void WriteRecord(RunRecord record) => Put(RecordFile, record.ToJson());

    /// <summary>Removes what a process that was killed while writing has left.</summary>
    public void Tidy() =>
        TemporaryFile.Clear(
            Path,
            (
                (string[])[OptionsFile, RecordFile, MetricsFile, ScalesFile, CheckpointFile, ModelFile, ReportFile]
            ).Select(f => System.IO.Path.GetFileName(f))
        );

    /// <summary>Writes the page to look at.</summary>
    public void WriteReport(string html) => Put(ReportFile, html);

    /// <summary>
    /// To be called before anything is written into the run: a folder that was moved or removed meanwhile is not made
    /// again, as another may go on with it elsewhere.
    /// </summary>
    /// <exception cref="RunException">The folder is gone.</exception>
    public void CheckIsThere()
    {
        if (!Directory.Exists(Path))
            throw new RunException($"The run folder '{Path}' was moved or removed while its run was going on.");
    }

    private void Put(string file, string text)
    {
        CheckIsThere();
        Write(file, text);
    }

    private static bool IsWhole(string json)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(json)) is JsonObject;
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            return false;
        }
    }

    private string At(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Writes a text into a file, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            AtomicFile.WriteText(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{path} cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
