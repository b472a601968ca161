using SlimSharp.Cli;
using SlimSharp.Runs;

namespace SlimSharp.Tests.Runs;

public class SweepProgressTests
{
    [Fact]
    public void The_time_left_goes_by_finished_runs_of_each_stage()
    {
        var sweep = SampleSweep.Folder(); // 9 trainings, 18 cuts, 18 retrainings
        var worker = new SweepWorker(
            sweep,
            (run, attempt, _, _) =>
                SampleSweep.Succeed(
                    attempt,
                    seconds: run.Command switch
                    {
                        "train" => 100,
                        "prune" => 2,
                        _ => 30,
                    }
                )
        );
        worker.Work(sweep.Runs.First(r => r.Command == "prune"), default);
        var early = SweepProgress.Of(sweep);
        Assert.Equal((2, 0), (early.Done, early.Running));
        Assert.Null(early.Left(1)); // nobody knows yet what retraining takes
        Assert.Equal("2 of 45", early.InWords(2));

        worker.Work(sweep.Runs.First(r => r.Command == "retrain"), default);
        var later = SweepProgress.Of(sweep);
        Assert.Equal(8 * 100 + 17 * 2 + 17 * 30, later.Left(1)!.Value.TotalSeconds);
        Assert.Equal("3 of 45, about 11 min 12 s left", later.InWords(2));
        using (var claim = RunLease.Take(sweep.Of(sweep.Runs[1]), RunLease.Lease)!)
        {
            Assert.Equal(1, SweepProgress.Of(sweep).Running);
            claim.Release();
        }

        Assert.Equal(SweepState.Done, worker.WorkOnAll(default));
        Assert.Null(SweepProgress.Of(sweep).Left(1));
        Assert.Equal("45 of 45", SweepProgress.Of(sweep).InWords(2));
    }

    [Fact]
    public void The_time_left_goes_by_the_latest_runs()
    {
        var sweep = SampleSweep.Simple(seeds: 50);
        var now = DateTime.UtcNow;
        void Finish(int number, double seconds, DateTime at)
        {
            var worker = new SweepWorker(sweep, (_, attempt, _, _) => SampleSweep.Succeed(attempt, seconds: seconds));
            worker.Work(sweep[number], default);
            Directory.SetLastWriteTimeUtc(sweep.ResultOf(sweep[number]), at);
        }
        for (var i = 1; i <= 20; i++)
        {
            Finish(i, seconds: 1000, now.AddHours(-1)); // on another machine
            Finish(50 - i, seconds: 10, now);
        }
        Assert.Equal(10 * 10, SweepProgress.Of(sweep).Left(1)!.Value.TotalSeconds);
    }
}
