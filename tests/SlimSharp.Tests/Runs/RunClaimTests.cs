using System.Collections.Concurrent;
using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Who works on a run, and whose result counts.</summary>
public class RunClaimTests
{
    [Fact]
    public void A_claim_has_one_holder_and_ends_with_its_lease()
    {
        var folder = Path.Combine(Machine.Folder(), "run");
        var lease = TimeSpan.FromSeconds(1);
        var claims = new ConcurrentBag<RunClaim>();
        Parallel.For(
            0,
            16,
            new() { MaxDegreeOfParallelism = 16 },
            _ =>
            {
                if (RunClaim.Take(folder, lease) is { } claim)
                    claims.Add(claim);
            }
        );
        var first = Assert.Single(claims);
        File.WriteAllText(Path.Combine(first.Attempt, "work"), "mine");
        Thread.Sleep(1500);
        Assert.Null(RunClaim.Take(folder, lease)); // it has given signs of life
        // A claim without them, as a killed worker leaves it.
        first.Dispose();
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunClaim.Take(folder, lease)!;
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
        using var first = RunClaim.Take(folder, lease)!;
        // The first worker hangs: its file is old, though it still lives.
        File.SetLastWriteTimeUtc(Path.Combine(folder, "claim-1"), DateTime.UtcNow.AddSeconds(-5));
        using var second = RunClaim.Take(folder, lease)!;
        Assert.NotEqual(first.Attempt, second.Attempt);
        Assert.True(first.Lost.WaitHandle.WaitOne(5000));
        Directory.CreateDirectory(first.Attempt); // it goes on writing
        File.WriteAllText(Path.Combine(first.Attempt, "who"), "first");
        File.WriteAllText(Path.Combine(second.Attempt, "who"), "second");
        Assert.False(first.Publish());
        Assert.True(second.Publish());
        Assert.Equal("second", File.ReadAllText(Path.Combine(folder, "result", "who")));
        Assert.Equal(["lost-1", "result"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        Assert.Null(RunClaim.Take(folder, lease));
    }
}
