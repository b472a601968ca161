using System.Collections.Concurrent;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Who works on a run, and whose result counts.</summary>
public class RunLeaseTests
{
    [Fact]
    public void A_claim_has_one_holder_and_ends_with_its_lease()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        var claims = new ConcurrentBag<RunLease>();
        Parallel.For(
            0,
            16,
            new() { MaxDegreeOfParallelism = 16 },
            _ =>
            {
                if (RunLease.Take(folder, lease) is { } claim)
                    claims.Add(claim);
            }
        );
        var first = Assert.Single(claims);
        File.WriteAllText(Path.Combine(first.Attempt, "work"), "mine");
        Thread.Sleep(1500);
        Assert.Null(RunLease.Take(folder, lease)); // it has given signs of life
        // A claim without them, as a killed worker leaves it.
        first.Dispose();
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunLease.Take(folder, lease)!;
        Assert.Equal("mine", File.ReadAllText(Path.Combine(second.Attempt, "work")));
        Assert.False(Directory.Exists(first.Attempt));
        Assert.True(second.Publish());
        Assert.Equal(["result"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Fact]
    public void Of_two_attempts_one_is_published_and_the_other_discarded_and_noted()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        using var first = RunLease.Take(folder, lease)!;
        // The first worker hangs: its file is old, though it still lives.
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunLease.Take(folder, lease)!;
        Assert.NotEqual(first.Attempt, second.Attempt);
        Assert.True(first.Lost.WaitHandle.WaitOne(5000));
        Directory.CreateDirectory(first.Attempt); // it goes on writing
        File.WriteAllText(Path.Combine(first.Attempt, "who"), "first");
        File.WriteAllText(Path.Combine(second.Attempt, "who"), "second");
        Assert.False(first.Publish());
        Assert.True(second.Publish());
        Assert.Equal("second", File.ReadAllText(Path.Combine(folder, "result", "who")));
        Assert.Equal(["lost-1", "result"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        Assert.Null(RunLease.Take(folder, lease));
    }

    [Fact]
    public void A_claim_dated_in_the_future_is_held_for_a_lease_and_no_longer()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        using (var dead = RunLease.Take(folder, lease)!)
            File.WriteAllText(Path.Combine(dead.Attempt, "work"), "its");
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddYears(1));
        Assert.True(RunLease.IsHeld(folder, lease)); // its holder may live where the clock is ahead
        Assert.Null(RunLease.Take(folder, lease));
        Thread.Sleep(1200);
        using var next = RunLease.Take(folder, lease)!;
        Assert.Equal("its", File.ReadAllText(Path.Combine(next.Attempt, "work")));
    }

    [Fact]
    public void A_holder_whose_clock_is_ahead_keeps_its_claim_while_it_lives()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(2);
        using var holder = RunLease.Take(folder, lease)!;
        for (var i = 0; i < 8; i++)
        {
            File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddHours(1)); // as its beat would
            Assert.Null(RunLease.Take(folder, lease));
            Thread.Sleep(400);
        }
        Assert.False(holder.Lost.IsCancellationRequested);
    }

    [Fact]
    public void A_worker_that_lost_its_claim_neither_publishes_nor_fails_the_run()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        using var first = RunLease.Take(folder)!;
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddHours(-1));
        using var second = RunLease.Take(folder)!;
        Assert.False(first.Fail("its folder was gone"));
        Assert.Equal(0, RunLease.Failures(folder));
        Assert.True(RunLease.IsHeld(folder));
        Directory.CreateDirectory(first.Attempt); // an orphan makes it again
        Assert.True(second.Publish());
        Assert.False(Directory.Exists(first.Attempt));
    }

    [Theory]
    [InlineData("claim-1")]
    [InlineData("claim-1", "claim-2")]
    [InlineData("claim-1", "attempt-1/run/last.slim", "clock-0123")]
    [InlineData("claim-3", "attempt-2/x", "aside-3/x", "failed-1", "failed-2", "failed-2.{gone}.tmp", "my.tmp")]
    public void What_a_worker_leaves_that_is_killed_just_after_publishing_is_removed(params string[] left)
    {
        var sweep = SampleSweep.Simple(1);
        var gone =
            $"{Machine.GoneProcess()}{TemporaryFile.NameFor("")[$".{Environment.ProcessId}".Length..^".tmp".Length]}";
        foreach (var entry in left.Append("result/result.json"))
        {
            var path = Path.Combine(sweep.Of(sweep[1]), entry.Replace("{gone}", gone, StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "{}");
        }
        var worker = new SweepWorker(sweep, (_, _, _, _) => throw new InvalidOperationException("it is done"));
        Assert.Equal(SweepState.Done, worker.WorkOnAll(default));
        Assert.Equal(
            left.Where(l => l is "failed-1" or "failed-2" or "my.tmp").Append("result").Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(sweep.Of(sweep[1])).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }
}
