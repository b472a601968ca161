using SlimSharp.Cli;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Attempts that fail, what they leave, and how often they are made.</summary>
public class FailedRunTests
{
    public static TheoryData<Exception> Thrown =>
        [
            new IOException("disk full"),
            new RunException("no such image"),
            new InvalidOperationException("impossible"),
            new ArgumentException("a key twice"),
            new KeyNotFoundException("no such key"),
            new OperationCanceledException("nobody asked"),
        ];

    [Theory]
    [MemberData(nameof(Thrown), DisableDiscoveryEnumeration = true)]
    public void Whatever_an_attempt_throws_is_a_failed_attempt_and_the_third_the_last(Exception thrown)
    {
        var sweep = Simple(3);
        var tries = new List<int>();
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
        {
            tries.Add(run.Number);
            return run.Number == 1 ? throw thrown : Succeed(attempt);
        }
        Assert.Equal(SweepState.Failed, new SweepWorker(sweep, Execute).WorkOnAll(default));
        Assert.Equal([1, 2, 3, 1, 1], tries); // the others are not kept waiting
        Assert.Equal((SweepState.Failed, 3), (sweep.StateOf(sweep[1]), RunLease.Failures(sweep.Of(sweep[1]))));
        Assert.Contains(thrown.Message, RunLease.LastWords(sweep.Of(sweep[1])));
        Assert.Equal([1], SweepResults.Of(sweep).Failed.Keys);
        // Another worker leaves it alone; on demand it is tried three times more.
        Assert.Equal(SweepState.Failed, new SweepWorker(sweep, Execute).Work(sweep[1], default));
        Assert.Equal(5, tries.Count);
        Assert.Equal(1, sweep.Retry());
        Assert.Equal(SweepState.Failed, new SweepWorker(sweep, Execute).Work(sweep[1], default));
        Assert.Equal(8, tries.Count);
        Assert.Equal(1, sweep.Retry(1));
        Assert.Equal(SweepState.Done, new SweepWorker(sweep, (_, a, _, _) => Succeed(a)).WorkOnAll(default));
        Assert.Equal(0, sweep.Retry());
    }

    [Fact]
    public void What_passes_is_no_reason_to_give_up()
    {
        var sweep = Simple(2);
        var tries = 0;
        var worker = new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
                run.Number == 1 && ++tries < 3 ? new(SweepState.Failed, "not yet") : Succeed(attempt)
        );
        Assert.Equal(SweepState.Done, worker.WorkOnAll(default));
        Assert.Equal(3, tries);
    }

    [Fact]
    public void The_last_try_begins_anew_and_what_was_left_comes_back_later()
    {
        var sweep = Simple(1);
        var found = new List<string>();
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
        {
            var work = Path.Combine(attempt, "work");
            found.Add(File.Exists(work) ? File.ReadAllText(work) : "");
            File.WriteAllText(work, $"{found[^1]}{found.Count}");
            return new(SweepState.Failed, "no");
        }
        var worker = new SweepWorker(sweep, Execute);
        worker.WorkOnAll(default);
        Assert.Equal(["", "1", ""], found);
        sweep.Retry();
        worker.WorkOnAll(default);
        Assert.Equal(["", "1", "", "12", "124", ""], found);
        sweep.Retry();
        Assert.Equal(
            SweepState.Done,
            new SweepWorker(
                sweep,
                (_, attempt, _, _) =>
                {
                    Assert.Equal("1245", File.ReadAllText(Path.Combine(attempt, "work")));
                    return Succeed(attempt);
                }
            ).WorkOnAll(default)
        );
        Assert.Equal(["result"], Directory.GetFileSystemEntries(sweep.Of(sweep[1])).Select(Path.GetFileName));
    }

    // What a worker that was killed, a disk or a hand can leave where the next attempt begins.
    public static TheoryData<string, Action<string>> Leftovers =>
        new()
        {
            { "an evaluation with every line twice", at => Put(at, "attempt-1/evaluation.json", Twice) },
            { "half an evaluation", at => Put(at, "attempt-1/evaluation.json", Twice[..40]) },
            { "a result without an end", at => Put(at, "attempt-1/result.json", "{\"accuracy\":") },
            { "temporary files", at => Put(at, "attempt-1/evaluation.json.17.tmp", "x") },
            { "run.json of nothing", at => Put(at, "attempt-1/run/run.json", "") },
            { "a checkpoint of nothing", at => Checkpoint(at, "") },
            { "a checkpoint of something else", at => Checkpoint(at, "PK\u0003\u0004") },
            { "a finished run that is damaged", at => Finished(at) },
            { "a file where the run should be", at => Put(at, "attempt-1/run", "x") },
            { "a folder where the log should be", at => Put(at, "attempt-1/log.txt/x", "x") },
            { "a folder where the evaluation should be", at => Put(at, "attempt-1/evaluation.json/x", "x") },
            { "a file where the attempt should be", at => Put(at, "attempt-1", "x") },
            { "an attempt of a number beyond all", at => Put(at, "attempt-99999999999/x", "x") },
            { "an attempt of the last number", at => Put(at, "attempt-2147483647/x", "x") },
            { "several attempts", at => Several(at) },
        };

    [Theory]
    [MemberData(nameof(Leftovers), DisableDiscoveryEnumeration = true)]
    public void Damaged_leftovers_end_no_worker_and_the_run_is_finished(string what, Action<string> leave)
    {
        Assert.NotEmpty(what);
        var sweep = Simple(2);
        leave(sweep.Of(sweep[1]));
        string[] standIn = ["dotnet", Machine.Program("StandIn", "standin"), "slim"];
        var words = new List<string>();
        var worker = new SweepWorker(sweep, new SweepExecutor(1, standIn).Execute)
        {
            Report = (_, _, said) => words.Add(said),
        };
        Assert.True(worker.WorkOnAll(default) == SweepState.Done, string.Join('\n', words));
        var result = sweep.ResultOf(sweep[1]);
        Assert.Equal(0.6, SweepResult.Read(result)!.Accuracy);
        Assert.Equal(3, File.ReadLines(Path.Combine(result, "evaluation.json")).Count());
    }

    [Fact]
    public void Only_what_killed_commands_were_writing_is_removed_from_an_attempt()
    {
        var sweep = Simple(1);
        var (at, gone) = (sweep.Of(sweep[1]), Machine.GoneProcess());
        var here = TemporaryFile.NameFor("")[$".{Environment.ProcessId}".Length..];
        string[] left = [$"pruned.slim.{gone}{here}", $"evaluation.json.{gone}.tmp"];
        string[] others = ["notes.tmp", "draft.12.txt.tmp", $"letter.{gone}.tmp"];
        foreach (var file in left.Concat(others))
            Put(at, $"attempt-1/{file}", "x");
        string[] standIn = ["dotnet", Machine.Program("StandIn", "standin"), "slim"];
        Assert.Equal(SweepState.Done, new SweepWorker(sweep, new SweepExecutor(1, standIn).Execute).WorkOnAll(default));
        Assert.Equal(
            others.Order(),
            Directory.GetFiles(sweep.ResultOf(sweep[1]), "*.tmp").Select(f => Path.GetFileName(f)!).Order()
        );
    }

    private const string Twice = """
        {"split":"test","measures":{"accuracy":0.5},"parameters":10,"macs":100,"classes":10}
        {"split":"test","measures":{"accuracy":0.5},"parameters":10,"macs":100,"classes":10}

        """;

    private static void Put(string folder, string file, string text)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static void Checkpoint(string folder, string text)
    {
        Put(folder, "attempt-1/run/run.json", "6");
        Put(folder, "attempt-1/run/last.slim", text);
    }

    private static void Finished(string folder)
    {
        Checkpoint(folder, "6");
        Put(folder, "attempt-1/run/model.slim", "nonsense");
    }

    private static void Several(string folder)
    {
        for (var i = 1; i < 5; i++)
            Put(folder, $"attempt-{i}/run/run.json", "6");
    }
}
