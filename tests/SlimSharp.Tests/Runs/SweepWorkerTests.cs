using System.Collections.Concurrent;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Folders of sweeps, and workers that share them.</summary>
public class SweepWorkerTests
{
    [Fact]
    public void A_folder_takes_one_sweep()
    {
        var path = Path.Combine(Machine.Folder(), "sweep");
        SweepFolder.Create(path, SweepFile.Read(Write(Description)));
        Assert.Equal(45, SweepFolder.Create(path, SweepFile.Read(Write(Description))).Runs.Length);
        Assert.Equal(45, SweepFolder.Open(path).Runs.Length);
        var other = SweepFile.Read(Write(Description.Replace("0.6", "0.5")));
        Assert.Contains("another sweep", Assert.Throws<RunException>(() => SweepFolder.Create(path, other)).Message);
        Assert.Contains("no sweep", Assert.Throws<RunException>(() => SweepFolder.Open(Machine.Folder())).Message);
        Assert.Contains("1 to 45, not 46", Assert.Throws<RunException>(() => SweepFolder.Open(path)[46]).Message);
    }

    [Fact]
    public void Many_workers_finish_every_run_exactly_once_and_parents_first()
    {
        var sweep = Folder();
        var (finished, order) = (new ConcurrentDictionary<int, int>(), new ConcurrentQueue<int>());
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop)
        {
            Assert.Equal(run.Parent is null, parent is null);
            Assert.True(parent is null || File.Exists(Path.Combine(parent, "result.json")));
            Thread.Sleep(run.Number % 3);
            order.Enqueue(run.Number);
            finished.AddOrUpdate(run.Number, 1, (_, n) => n + 1);
            return Succeed(attempt);
        }
        Parallel.For(
            0,
            6,
            new() { MaxDegreeOfParallelism = 6 },
            _ => Assert.Equal(SweepState.Done, new SweepWorker(sweep, Execute).WorkOnAll(default))
        );
        Assert.Equal(45, finished.Count);
        Assert.All(finished.Values, n => Assert.Equal(1, n));
        Assert.All(
            sweep.Runs,
            r => Assert.Equal(["result"], Directory.GetFileSystemEntries(sweep.Of(r)).Select(Path.GetFileName))
        );
        var places = order.Select((n, i) => (n, i)).ToDictionary(p => p.n, p => p.i);
        Assert.All(
            sweep.Runs.Where(r => r.Parent is not null),
            r => Assert.True(places[r.Parent!.Value] < places[r.Number])
        );
    }

    [Fact]
    public void One_run_brings_what_it_starts_from_and_nothing_else()
    {
        var sweep = Folder();
        var run = sweep.Runs[^1];
        Assert.Equal(SweepState.Waiting, sweep.StateOf(run));
        var worker = new SweepWorker(sweep, (_, attempt, _, _) => Succeed(attempt));
        Assert.Equal(SweepState.Done, worker.Work(run, default));
        Assert.Equal(3, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Done));
    }

    [Fact]
    public void A_failed_run_stops_no_other_and_is_listed_with_its_last_words()
    {
        var sweep = Folder();
        var fails = true;
        SweepOutcome Execute(SweepRun run, string attempt, string? parent, CancellationToken stop) =>
            run.Number == 2 && fails ? new(SweepState.Failed, "the images are gone")
            : run.Number == 3 && fails ? throw new IOException("disk full")
            : Succeed(attempt);
        Assert.Equal(SweepState.Failed, new SweepWorker(sweep, Execute).WorkOnAll(default));
        Assert.Equal(SweepState.Failed, sweep.StateOf(sweep[2]));
        Assert.Equal("the images are gone", RunLease.LastWords(sweep.Of(sweep[2])));
        Assert.Equal("disk full", RunLease.LastWords(sweep.Of(sweep[3])));
        Assert.Equal(45 - 2 - 8, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Done));
        Assert.Equal(8, sweep.Runs.Count(r => sweep.StateOf(r) == SweepState.Waiting));
        fails = false;
        Assert.Equal(2, sweep.Retry());
        Assert.Equal(SweepState.Done, new SweepWorker(sweep, Execute).WorkOnAll(default));
    }

    [Fact]
    public void What_was_stopped_goes_on_with_what_it_left()
    {
        var sweep = Simple(1);
        using var stop = new CancellationTokenSource();
        var worker = new SweepWorker(
            sweep,
            (_, attempt, _, token) =>
            {
                File.AppendAllText(Path.Combine(attempt, "work"), "x");
                if (!token.IsCancellationRequested && File.ReadAllText(Path.Combine(attempt, "work")).Length < 2)
                {
                    stop.Cancel();
                    Assert.True(token.IsCancellationRequested);
                    return new(SweepState.Stopped);
                }
                return Succeed(attempt);
            }
        );
        Assert.Equal(SweepState.Stopped, worker.WorkOnAll(stop.Token));
        Assert.Equal(SweepState.Stopped, sweep.StateOf(sweep[1]));
        Assert.Equal(SweepState.Done, worker.WorkOnAll(default));
        Assert.Equal("xx", File.ReadAllText(Path.Combine(sweep.ResultOf(sweep[1]), "work")));
    }
}
