using System.Text.Json.Nodes;
using SlimSharp.Runs;
using SlimSharp.Tests.Runs;

namespace SlimSharp.Tests.Cli;

/// <summary>What is said of runs of a sweep that failed.</summary>
[Collection(nameof(Alone))]
public class FailedSweepTests
{
    [Fact]
    public async Task Status_table_and_run_name_what_failed_why_and_how_it_is_tried_again()
    {
        var sweep = SampleSweep.Simple(3);
        foreach (var run in (int[])[1, 3])
            Fail(sweep, run, run);
        new SweepWorker(sweep, (_, attempt, _, _) => SampleSweep.Succeed(attempt)).Work(sweep[2], default);

        var (_, status, _) = await Slim.Run("sweep", "status", sweep.Path);
        Assert.Contains("run 1 (penalty l1, seed 0) has failed once and is tried again: the disk is full", status);
        Assert.Contains("run 3 (penalty l1, seed 2) has failed 3 times: the disk is full", status);
        Assert.Contains($"'slim sweep run {sweep.Path} --retry' tries it again", status);

        var json = (await Slim.Json("sweep", "status", sweep.Path))[0];
        Assert.Equal((1, 1), ((int)json["states"]!["failed"]!, (int)json["states"]!["stopped"]!));
        var failed = Assert.Single(json["failed"]!.AsArray())!;
        Assert.Equal((3, "the disk is full"), ((int)failed["run"]!, (string)failed["words"]!));

        var (_, table, _) = await Slim.Run("sweep", "table", sweep.Path);
        Assert.Contains("the runs that failed: 3.", table);
        Assert.Contains("--retry", table);
        var lines = (await Slim.Run("sweep", "table", sweep.Path, "--format", "json")).Output;
        Assert.Single(JsonNode.Parse(lines)!.AsArray());
    }

    // As so many attempts.
    private static void Fail(SweepFolder sweep, int run, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var claim = RunLease.Take(sweep.Of(sweep[run]))!;
            claim.Fail("the disk is full");
        }
    }
}
