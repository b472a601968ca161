using System.Collections.Immutable;
using System.Text.Json;

namespace SlimSharp.Runs;

/// <summary>
/// The folder of a sweep: <c>sweep.json</c>, the plan; <c>runs/00001</c> and so on, each with leases, attempts and,
/// once one attempt was finished, <c>result</c>. Everything that is known of a run is in its folder, so that any number
/// of workers on any number of machines can share it.
/// </summary>
public sealed class SweepFolder
{
    private SweepFolder(string path, SweepPlan plan) => (Path, Plan, Runs) = (path, plan, plan.Expand());

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The plan.</summary>
    public SweepPlan Plan { get; }

    /// <summary>The file of claims that the runs are to test; null if the plan names none.</summary>
    public string? ClaimsFile => Plan.Claims is { } claims ? System.IO.Path.Combine(Path, claims) : null;

    /// <summary>
    /// SHA-256 of that file as it is now, in hexadecimal; null if there is none, or it cannot be read.
    /// </summary>
    public string? ClaimsHash => ClaimsFile is { } file ? FileHash.Of(file) : null;

    /// <summary>Every run, by number from 1.</summary>
    public ImmutableArray<SweepRun> Runs { get; }

    /// <summary>A new sweep, or one with the same plan that is there already.</summary>
    /// <exception cref="RunException">The folder holds another sweep or something else.</exception>
    public static SweepFolder Create(string path, SweepPlan plan)
    {
        var file = PlanFile(path);
        if (plan.Claims is { } claims)
            plan = plan with { Claims = System.IO.Path.GetRelativePath(path, claims).Replace('\\', '/') };
        var folder = new SweepFolder(path, plan);
        var text = JsonSerializer.Serialize(plan, RunsJson.Default.SweepPlan);
        if (File.Exists(file))
            return File.ReadAllText(file) == text
                ? folder
                : throw new RunException($"'{path}' holds another sweep; choose another folder.");
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new RunException($"'{path}' is not empty; choose another folder.");
        AtomicFile.WriteText(file, text);
        return folder;
    }

    /// <summary>A sweep that is there.</summary>
    /// <exception cref="RunException">There is none.</exception>
    public static SweepFolder Open(string path)
    {
        var file = PlanFile(path);
        if (!File.Exists(file))
            throw new RunException($"'{path}' holds no sweep: it has no sweep.json, which SweepFolder.Create writes.");
        try
        {
            return new(path, CheckedJson.Read(File.ReadAllText(file), RunsJson.Default.SweepPlan));
        }
        catch (JsonException e)
        {
            throw new RunException($"{file} cannot be read as a sweep ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>
    /// Takes over results that were collected earlier, of this sweep or of another one: those of runs that have the
    /// same options from the first stage on, unless something that starts from them is still to be done and so needs
    /// their folders. Returns how many runs are now done for that reason.
    /// </summary>
    public int TakeOver(SweepResults earlier)
    {
        var theirs = earlier.Plan.Expand();
        var known = theirs
            .Where(r => earlier.Results.ContainsKey(r.Number))
            .DistinctBy(r => Origin(r, theirs))
            .ToDictionary(r => Origin(r, theirs), r => earlier.Results[r.Number]);
        var (needed, taken) = (new HashSet<int?>(), 0);
        foreach (var run in Runs.Reverse()) // whatever starts from a run comes after it
        {
            if (Directory.Exists(ResultOf(run)))
                continue;
            if (needed.Contains(run.Number) || !known.TryGetValue(Origin(run, Runs), out var result))
            {
                needed.Add(run.Parent);
                continue;
            }
            var written = System.IO.Path.Combine(Of(run), "collected");
            result.Write(written);
            Directory.Move(written, ResultOf(run));
            taken++;
        }
        return taken;

        static string Origin(SweepRun run, IReadOnlyList<SweepRun> runs) =>
            string.Join('\n', run.Chain(runs).Select(r => $"{r.Command} {string.Join(' ', r.Options)}"))
            + string.Concat(run.Evaluate.Select(o => $"\n{o}"));
    }

    /// <summary>The folder of a run.</summary>
    public string Of(SweepRun run) => System.IO.Path.Combine(Path, "runs", $"{run.Number:D5}");

    /// <summary>The folder with a run's result, whether it is there already or not.</summary>
    public string ResultOf(SweepRun run) => System.IO.Path.Combine(Of(run), "result");

    /// <summary>The run of that number.</summary>
    /// <exception cref="RunException">There is none.</exception>
    public SweepRun this[int number] =>
        number >= 1 && number <= Runs.Length
            ? Runs[number - 1]
            : throw new RunException($"The sweep has the runs 1 to {Runs.Length}, not {number}.");

    /// <summary>What is known of a run now.</summary>
    public SweepState StateOf(SweepRun run) => StateOf(run, RunLease.Lease);

    internal SweepState StateOf(SweepRun run, TimeSpan lease) =>
        Directory.Exists(ResultOf(run)) ? SweepState.Done
        : !Directory.Exists(Of(run)) ? WaitsFor(run)
        : RunLease.IsHeld(Of(run), lease) ? SweepState.Running
        : RunLease.Failures(Of(run)) is var failures && failures >= RunLease.Tries ? SweepState.Failed
        : failures > 0 || RunLease.Attempts(Of(run)) > 0 ? SweepState.Stopped
        : WaitsFor(run);

    /// <summary>
    /// Lets runs that have failed be tried again, as often as at first; they go on with what they left.
    /// </summary>
    /// <param name="number">Only that run and those that it starts from; null for all.</param>
    /// <returns>How many there are.</returns>
    public int Retry(int? number = null)
    {
        var failed = (number is { } n ? this[n].Chain(Runs) : Runs)
            .Where(r => StateOf(r) == SweepState.Failed)
            .ToArray();
        foreach (var run in failed)
            RunLease.ForgetFailures(Of(run));
        return failed.Length;
    }

    private SweepState WaitsFor(SweepRun run) =>
        run.Parent is { } parent && !Directory.Exists(ResultOf(this[parent])) ? SweepState.Waiting : SweepState.Ready;

    private static string PlanFile(string path) => System.IO.Path.Combine(path, "sweep.json");
}
