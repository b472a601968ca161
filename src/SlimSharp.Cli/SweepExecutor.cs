using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Carries out runs of a sweep by commands of this program, each a process of its own, so that none can take the worker down.</summary>
/// <param name="threads">Threads of a run whose options do not say.</param>
internal sealed partial class SweepExecutor(int? threads)
{
    private const string Run = "run";
    private const string Cut = "pruned.slim";
    private const int Terminate = 15;

    /// <summary>Runs the command, measures its result on test images, and writes both beside each other.</summary>
    internal SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = Start([.. Command(run, attempt, parent)], Path.Combine(attempt, "log.txt"), stop);
        if (outcome.State != SweepState.Done)
            return outcome;
        var file = run.Command == "prune" ? Path.Combine(attempt, Cut) : Path.Combine(attempt, Run);
        var measured = Path.Combine(attempt, "evaluation.json");
        outcome = Start([.. Evaluation(run, file)], measured, stop);
        if (outcome.State != SweepState.Done)
            return outcome;
        var json = JsonNode.Parse(File.ReadLines(measured).Last(l => l.StartsWith('{')))!;
        new SweepResult
        {
            Accuracy = (double)json["accuracy"]!,
            Parameters = (long)json["parameters"]!,
            Macs = (long)json["macs"]!,
            Classes = (int)json["classes"]!,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        }.Write(attempt);
        return outcome;
    }

    private IEnumerable<string> Command(SweepRun run, string attempt, string? parent)
    {
        var folder = Path.Combine(attempt, Run);
        var begun = run.Command != "prune" && File.Exists(Path.Combine(folder, "run.json"));
        if (begun && File.Exists(Path.Combine(folder, "model.slim")))
            return []; // finished, but not measured
        if (begun && RunFolder.Open(folder).HasCheckpoint)
            return [run.Command, "--resume", folder, "--json"];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        IEnumerable<string> input = run.Command switch
        {
            "train" => [],
            "prune" => [Model(parent!)],
            _ => [File.Exists(Path.Combine(parent!, Cut)) ? Path.Combine(parent!, Cut) : Model(parent!)],
        };
        var output = run.Command == "prune" ? Path.Combine(attempt, Cut) : folder;
        return [run.Command, .. input, .. Options(run), .. Threads(run), "--out", output, "--json"];
    }

    private static IEnumerable<string> Options(SweepRun run) =>
        run
            .Options.Where(o => o.Value != "false")
            .SelectMany(o => o.Value == "true" ? new[] { $"--{o.Key}" } : [$"--{o.Key}", o.Value]);

    private IEnumerable<string> Threads(SweepRun run) =>
        threads is { } n && !run.Options.ContainsKey("threads") ? ["--threads", $"{n}"] : [];

    private IEnumerable<string> Evaluation(SweepRun run, string file) => ["evaluate", file, .. Threads(run), "--json"];

    private static string Model(string parent) => Path.Combine(parent, Run, "model.slim");

    // What the command prints goes to a file; its last words come back.
    private static SweepOutcome Start(string[] arguments, string log, CancellationToken stop)
    {
        if (arguments.Length == 0)
            return new(SweepState.Done);
        var self = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        var info = new ProcessStartInfo(self)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (
            var argument in isHost ? [Path.Combine(AppContext.BaseDirectory, "slim.dll"), .. arguments] : arguments
        )
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        using var registration = stop.Register(() => Ask(process));
        using var output = new StreamWriter(log, append: true);
        var errors = new List<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                if (line.Data is { Length: > 0 } text)
                    errors.Add(text);
            }
        };
        process.BeginErrorReadLine();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            output.WriteLine(line);
            output.Flush();
        }
        process.WaitForExit();
        lock (errors)
        {
            foreach (var line in errors)
                output.WriteLine(line);
            return process.ExitCode switch
            {
                ExitCode.Done => new(SweepState.Done),
                ExitCode.Stopped => new(SweepState.Stopped),
                _ when stop.IsCancellationRequested => new(SweepState.Stopped),
                var code => new(
                    SweepState.Failed,
                    $"slim {string.Join(' ', arguments)} ended with {code}: {string.Join(' ', errors.TakeLast(3))}"
                ),
            };
        }
    }

    // To leave a checkpoint and end.
    private static void Ask(Process process)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                process.Kill(entireProcessTree: true);
            else
                _ = Kill(process.Id, Terminate);
        }
        catch (InvalidOperationException) { } // it has ended
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
