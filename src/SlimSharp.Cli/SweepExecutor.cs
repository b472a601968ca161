using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Runs;

namespace SlimSharp.Cli;

/// <summary>
/// Carries out runs of a sweep by commands of this program, each a process of its own, so that none can take the worker
/// down.
/// </summary>
/// <param name="threads">Threads of a run whose options do not say.</param>
/// <param name="program">The words that start the program; null for this one.</param>
internal sealed class SweepExecutor(int? threads, string[]? program = null)
{
    private const string Run = "run";
    private const string Cut = "pruned.slim";
    private const int Signal = 128; // and more: what killed a process

    /// <summary>
    /// Runs the command, measures its result on test and validation images, and writes both beside each other. Whatever
    /// an earlier attempt wrote is replaced.
    /// </summary>
    internal SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var measured = Path.Combine(attempt, "evaluation.json");
        File.Delete(measured);
        TemporaryFile.Clear(attempt, Path.GetFileName(measured), Cut, "result.json");
        using var log = new StreamWriter(Path.Combine(attempt, "log.txt")) { AutoFlush = true };
        var (outcome, said) = Start([.. NextCommand(run, attempt, parent)], attempt, log, stop);
        if (outcome.State != SweepState.Done)
            return outcome;
        var file = run.Command == "prune" ? Path.Combine(attempt, Cut) : Path.Combine(attempt, Run);
        (outcome, var lines) = Start(
            [.. Evaluation(run, file), .. ThreadsOfEvaluation(run), "--json"],
            attempt,
            log,
            stop
        );
        if (outcome.State != SweepState.Done)
            return outcome;
        RunFolder.Write(measured, string.Concat(lines.Select(l => l + "\n")));
        var splits = BySplit(lines);
        var test = splits.GetValueOrDefault("test") ?? throw new RunException("slim evaluate measured no test images.");
        new SweepResult
        {
            Test = Measures(test),
            HeldOut = splits.GetValueOrDefault("validation") is { } heldOut ? Measures(heldOut) : null,
            Scales = run.Command == "train" ? ScaleHistory.Read(RunFolder.Open(file)).LastCounts : [],
            Warnings = run.Command == "prune" ? Warnings(said) : RunRecord.Read(file)?.Warnings ?? [],
            Parameters = (long)test["parameters"]!,
            Macs = (long)test["macs"]!,
            Classes = (int)test["classes"]!,
            Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds,
        }.Write(attempt);
        return outcome;
    }

    private static IEnumerable<JsonNode> Nodes(IEnumerable<string> lines) =>
        lines.Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!);

    // Among what it prints are warnings, too.
    private static Dictionary<string, JsonNode> BySplit(IEnumerable<string> lines)
    {
        var splits = new Dictionary<string, JsonNode>();
        foreach (var node in Nodes(lines))
        {
            if ((string?)node["split"] is { } split)
                splits[split] = node;
        }
        return splits;
    }

    private static ImmutableSortedDictionary<string, double> Measures(JsonNode split) =>
        split["measures"]!
            .AsObject()
            .ToImmutableSortedDictionary(m => m.Key, m => (double)m.Value!, StringComparer.Ordinal);

    // A cut has no record; it prints what should be known of it.
    private static ImmutableArray<RunWarning> Warnings(IEnumerable<string> said) =>
        [
            .. Nodes(said)
                .Where(n => n["warningKinds"] is JsonArray)
                .SelectMany(n => n["warningKinds"]!.AsArray().Zip(n["warnings"]!.AsArray()))
                .Select(w => new RunWarning((string)w.First!, (string)w.Second!)),
        ];

    private IEnumerable<string> NextCommand(SweepRun run, string attempt, string? parent)
    {
        var folder = Path.Combine(attempt, Run);
        var begun = run.Command != "prune" && File.Exists(Path.Combine(folder, "run.json"));
        if (begun && RunFolder.Open(folder).IsComplete)
            return []; // but not measured
        if (begun && RunFolder.Open(folder) is { HasCheckpoint: true } or { IsFinished: true })
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
    internal static IEnumerable<string> Command(SweepRun run, IEnumerable<string> input, string output) =>
        [run.Command, .. input, .. Words(run.Options), "--out", output];

    /// <summary>The command that measures what a run leaves.</summary>
    internal static IEnumerable<string> Evaluation(SweepRun run, string file) =>
        ["evaluate", file, "--split", "all", .. Words(run.Evaluate)];

    // Each is one word, whatever the value.
    private static IEnumerable<string> Words(IEnumerable<KeyValuePair<string, string>> options) =>
        options.Where(o => o.Value != "false").Select(o => o.Value == "true" ? $"--{o.Key}" : $"--{o.Key}={o.Value}");

    private IEnumerable<string> Threads(SweepRun run) =>
        threads is { } n && !run.Options.ContainsKey("threads") ? ["--threads", $"{n}"] : [];

    // As many as the run itself, unless its evaluation says.
    private IEnumerable<string> ThreadsOfEvaluation(SweepRun run) =>
        run.Evaluate.ContainsKey("threads") ? []
        : run.Options.TryGetValue("threads", out var own) ? ["--threads", own]
        : Threads(run);

    private static string Model(string parent) => Path.Combine(parent, Run, "model.slim");

    // What the command prints goes to the log, too.
    private (SweepOutcome Outcome, IReadOnlyList<string> Lines) Start(
        string[] arguments,
        string attempt,
        TextWriter log,
        CancellationToken stop
    )
    {
        if (arguments.Length == 0)
            return (new(SweepState.Done), []);
        var (code, lines, words) = SelfProcess.Run(program ?? SelfProcess.Words, arguments, attempt, log, stop);
        SweepOutcome outcome = code switch
        {
            ExitCode.Done => new(SweepState.Done),
            ExitCode.Stopped => new(SweepState.Stopped),
            _ when stop.IsCancellationRequested => new(SweepState.Stopped),
            _ => new(SweepState.Failed, $"slim {string.Join(' ', arguments)} {End(code)}: {words}"),
        };
        return (outcome, lines);
    }

    private static string End(int code) =>
        code > Signal && !OperatingSystem.IsWindows() ? $"was killed by signal {code - Signal}" : $"ended with {code}";
}
