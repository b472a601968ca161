using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Runs;
using static SlimSharp.Tests.Cli.Slim;

namespace SlimSharp.Tests.Cli;

/// <summary>
/// Whenever a run is killed, --resume or the same command goes on with it to the end of one that was not.
/// </summary>
[Collection(nameof(Alone))]
public class KilledRunTests
{
    private static readonly string[] Files =
    [
        "former.slim",
        "last.slim",
        "metrics.jsonl",
        "model.slim",
        "record.json",
        "report.html",
        "run.json",
        "scales.jsonl",
    ];

    private static readonly Lazy<string> Whole = new(() =>
    {
        var folder = Path.Combine(Machine.Folder(), "whole");
        var (code, output, error) = Machine.RunSlim(Train(folder));
        Assert.True(code == 0, output + error);
        return folder;
    });

    /// <summary>The moments are those at which files appear: first of all the folder, last of all the model.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData("run.json", true)]
    [InlineData("record.json", false)]
    [InlineData("last.slim", true)]
    [InlineData("scales.jsonl", false)]
    [InlineData("model.slim", false)]
    [InlineData("model.slim", true)]
    public async Task A_run_killed_when_a_file_appears_ends_as_one_that_was_not(string file, bool resumes)
    {
        var killed = Path.Combine(Machine.Folder(), "killed");
        using (var process = Machine.StartSlim(Train(killed)))
        {
            while (!Path.Exists(Path.Combine(killed, file)) && !process.HasExited)
                Thread.SpinWait(100);
            process.Kill();
            process.WaitForExit();
        }
        if (!RunFolder.IsBegun(killed) || !RunFolder.Open(killed).IsComplete)
            await GoOn(killed, resumes);
        AssertIsWhole(killed);
    }

    /// <summary>What a kill leaves at the instants that are too short to be hit.</summary>
    [Theory]
    [InlineData("", "", false)] // the folder only
    [InlineData("", "{\"comm", false)] // options half written
    [InlineData("", "run.json", true)] // options written, but not renamed
    [InlineData("run.json", "", true)]
    [InlineData("run.json record.json last.slim metrics.jsonl scales.jsonl", "", true)] // the last epoch not written down
    public async Task Nothing_that_a_kill_leaves_stands_in_the_way(string files, string options, bool canBeResumed)
    {
        foreach (var resumes in new[] { false, canBeResumed }.Distinct())
        {
            var folder = Path.Combine(Machine.Folder(), "killed");
            Directory.CreateDirectory(folder);
            foreach (var file in files.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                File.Copy(Path.Combine(Whole.Value, file), Path.Combine(folder, file));
            foreach (var file in Directory.GetFiles(folder, "*.jsonl"))
                File.WriteAllText(file, File.ReadLines(file).First() + "\n");
            if (files.Contains("record.json"))
                Forget(folder, "ended", "measures", "files");
            if (options.Length > 0)
                File.WriteAllText(
                    Path.Combine(folder, $"run.json.{Machine.GoneProcess()}{Here}"),
                    options == "run.json" ? File.ReadAllText(Path.Combine(Whole.Value, options)) : options
                );
            await GoOn(folder, resumes);
            AssertIsWhole(folder);
        }
    }

    [Fact]
    public async Task What_lacks_its_record_or_its_report_gets_them_and_keeps_its_model()
    {
        foreach (var (hasRecord, hasReport) in new[] { (false, false), (false, true), (true, false) })
        {
            var folder = Copy();
            var model = File.GetLastWriteTimeUtc(Path.Combine(folder, "model.slim"));
            if (!hasReport)
                File.Delete(Path.Combine(folder, "report.html"));
            if (!hasRecord)
                Forget(folder, "ended", "measures", "files");
            await GoOn(folder, resumes: hasReport);
            Assert.Equal(model, File.GetLastWriteTimeUtc(Path.Combine(folder, "model.slim")));
            AssertIsWhole(folder);
            var (record, whole) = (RunRecord.Read(folder)!, RunRecord.Read(Whole.Value)!);
            Assert.Equal((whole.Accuracy, whole.Seconds), (record.Accuracy, record.Seconds));
            Assert.Equal(whole.Files!["model.slim"], record.Files!["model.slim"]);
        }
    }

    [Fact]
    public async Task A_finished_run_is_not_begun_again_nor_one_with_other_options()
    {
        var folder = Copy();
        var (code, _, error) = await Slim.Run(Train(folder));
        Assert.Equal(2, code);
        Assert.Contains("is finished", error);
        File.Delete(Path.Combine(folder, "model.slim"));
        (code, _, error) = await Slim.Run(Train(folder, "--seed", "9"));
        Assert.Equal(2, code);
        Assert.Contains("was begun with other options", error);
        Assert.True(File.Exists(Path.Combine(folder, "last.slim")));
    }

    [Fact]
    public async Task A_folder_without_a_run_is_told_how_to_be_begun()
    {
        var (code, _, error) = await Slim.Run("train", "--resume", Machine.Folder());
        Assert.Equal(2, code);
        Assert.Contains("give the command again that began it, with --out", error);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("retrain")]
    public async Task A_run_is_gone_on_with_by_as_many_threads_as_are_asked_for(string command)
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var model = Path.Combine(Whole.Value, "model.slim");
        await Json(
            command == "train" ? Train(folder) : ["retrain", model, "--epochs", "1", "--threads", "1", "--out", folder]
        );
        foreach (var file in (string[])["model.slim", "last.slim", "former.slim"])
            File.Delete(Path.Combine(folder, file));
        var options = await File.ReadAllTextAsync(Path.Combine(folder, "run.json"));
        await Slim.Run(command, "--resume", folder, "--threads", "2");
        Assert.Equal(2, RunRecord.Read(folder)!.Threads);
        Assert.Equal(options, await File.ReadAllTextAsync(Path.Combine(folder, "run.json")));
        Assert.True(RunFolder.Open(folder).IsComplete);
        var (code, _, error) = await Slim.Run(command, "--resume", folder, "--threads", "0");
        Assert.Equal(2, code);
        Assert.Contains("--threads is 0", error);
    }

    // The end of the names of temporary files that this machine's processes write.
    private static string Here => TemporaryFile.NameFor("x")[$"x.{Environment.ProcessId}".Length..];

    private static async Task GoOn(string folder, bool resumes)
    {
        var (code, output, error) = await Slim.Run(resumes ? ["train", "--resume", folder] : Train(folder));
        Assert.True(code == 0, output + error);
    }

    private static string Copy()
    {
        var folder = Path.Combine(Machine.Folder(), "copy");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Whole.Value))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    private static void Forget(string folder, params string[] members)
    {
        var path = Path.Combine(folder, "record.json");
        var record = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (var member in members)
            record.Remove(member);
        record["seconds"] = 0;
        File.WriteAllText(path, record.ToJsonString());
    }

    /// <summary>
    /// The same weights, epochs and scales as of the run that was not killed; record and report; no other file.
    /// </summary>
    internal static void AssertIsWhole(string folder, string? whole = null)
    {
        whole ??= Whole.Value;
        Assert.Equal(Files, Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Union(["former.slim"]).Order());
        using var expected = SlimFile.Load(Path.Combine(whole, "model.slim"));
        using var model = SlimFile.Load(Path.Combine(folder, "model.slim"));
        Assert.Equal(expected.Weights.Hash(), model.Weights.Hash());
        Assert.Equal(Epochs(whole), Epochs(folder));
        Assert.Equal(
            File.ReadAllText(Path.Combine(whole, "scales.jsonl")),
            File.ReadAllText(Path.Combine(folder, "scales.jsonl"))
        );
        var record = RunRecord.Read(folder)!;
        Assert.NotNull(record.Ended);
        Assert.Equal(RunRecord.Hashes(folder, "model.slim", "metrics.jsonl", "run.json"), record.Files);
        Assert.True(RunFolder.Open(folder).IsComplete);
    }

    private static string[] Epochs(string folder) =>
        [
            .. File.ReadLines(Path.Combine(folder, "metrics.jsonl"))
                .Select(line =>
                {
                    var epoch = JsonNode.Parse(line)!.AsObject();
                    epoch.Remove("seconds");
                    return epoch.ToJsonString();
                }),
        ];
}
