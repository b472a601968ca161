using System.Diagnostics;
using System.Text.Json.Nodes;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>Carries out runs of a sweep by commands of this program, each a process of its own, so that none can take the worker down.</summary>
/// <param name="threads">Threads of a run whose options do not say.</param>
internal sealed class SweepExecutor(int? threads)
{
    private const string Run = "run";
    private const string Cut = "pruned.slim";

    /// <summary>Runs the command, measures its result on test and validation images, and writes both beside each other.</summary>
    internal SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var outcome = Start([.. NextCommand(run, attempt, parent)], Path.Combine(attempt, "log.txt"), stop);
        if (outcome.State != SweepState.Done)
            return outcome;
        var file = run.Command == "prune" ? Path.Combine(attempt, Cut) : Path.Combine(attempt, Run);
        var measured = Path.Combine(attempt, "evaluation.json");
        outcome = Start([.. Evaluation(run, file)], measured, stop);
        if (outcome.State != SweepState.Done)
            return outcome;
        var splits = File.ReadLines(measured)
            .Where(l => l.StartsWith('{'))
            .Select(l => JsonNode.Parse(l)!)
            .ToDictionary(l => (string)l["split"]!);
        var test = splits["test"];
        new SweepResult
        {
            Accuracy = (double)test["accuracy"]!,
            Validation = (double?)splits.GetValueOrDefault("validation")?["accuracy"],
            Scales = run.Command == "train" ? ScaleHistory.Read(RunFolder.Open(file)).LastCounts : [],
            Parameters = (long)test["parameters"]!,
            Macs = (long)test["macs"]!,
            Classes = (int)test["classes"]!,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        }.Write(attempt);
        return outcome;
    }

    private IEnumerable<string> NextCommand(SweepRun run, string attempt, string? parent)
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
        return [.. Command(run, input, output), .. Threads(run), "--json"];
    }

    /// <summary>The command of a run that begins.</summary>
    internal static IEnumerable<string> Command(SweepRun run, IEnumerable<string> input, string output)
    {
        var options = run
            .Options.Where(o => o.Value != "false")
            .SelectMany(o => o.Value == "true" ? new[] { $"--{o.Key}" } : [$"--{o.Key}", o.Value]);
        return [run.Command, .. input, .. options, "--out", output];
    }

    private IEnumerable<string> Threads(SweepRun run) =>
        threads is { } n && !run.Options.ContainsKey("threads") ? ["--threads", $"{n}"] : [];

    private IEnumerable<string> Evaluation(SweepRun run, string file) =>
        ["evaluate", file, "--split", "all", .. Threads(run), "--json"];

    private static string Model(string parent) => Path.Combine(parent, Run, "model.slim");

    // What the command prints goes to a file; its last words come back.
    private static SweepOutcome Start(string[] arguments, string log, CancellationToken stop)
    {
        if (arguments.Length == 0)
            return new(SweepState.Done);
        var (code, words) = SelfProcess.Run(arguments, log, stop);
        return code switch
        {
            ExitCode.Done => new(SweepState.Done),
            ExitCode.Stopped => new(SweepState.Stopped),
            _ when stop.IsCancellationRequested => new(SweepState.Stopped),
            _ => new(SweepState.Failed, $"slim {string.Join(' ', arguments)} ended with {code}: {words}"),
        };
    }
}
