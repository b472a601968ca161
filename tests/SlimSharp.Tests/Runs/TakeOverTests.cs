using SlimSharp.Runs;
using static SlimSharp.Tests.Runs.SampleSweep;

namespace SlimSharp.Tests.Runs;

/// <summary>Sweeps that go on from results which were collected, without the folders of their runs.</summary>
public class TakeOverTests
{
    [Fact]
    public void Collected_results_are_taken_over_but_for_those_that_others_still_need()
    {
        var first = Folder();
        var cut = first.Runs.First(r => r.Command == "prune");
        var worker = new SweepWorker(first, (run, attempt, _, _) => Succeed(attempt, run.Number / 1000.0));
        foreach (var run in first.Runs.Where(r => r.Parent == cut.Number))
            worker.Work(run, default);
        foreach (var run in first.Runs.Where(r => r.Settings["seed"] == "1"))
            worker.Work(run, default);
        var collected = SweepResults.Of(first);
        Assert.Equal(3 + 3 * 5, collected.Results.Count);

        // A larger sweep, whose numbers differ; of the first training another cut is to be done, so it is needed.
        var second = Folder(Description.Replace("seed = [0, 1, 2]", "seed = [7, 2, 1, 0]"));
        Assert.Equal(2 + 3 * 5, second.TakeOver(collected));
        Assert.Equal(0, second.TakeOver(collected));
        foreach (var run in second.Runs.Where(r => second.StateOf(r) == SweepState.Done))
        {
            var number = (int)Math.Round(1000 * SweepResult.Read(second.ResultOf(run))!.Accuracy);
            Assert.Equal(run.Stage, first[number].Stage);
            Assert.Equal(run.Settings, first[number].Settings);
        }
        var done = 0;
        var rest = new SweepWorker(
            second,
            (_, attempt, _, _) =>
            {
                done++;
                return Succeed(attempt);
            }
        );
        Assert.Equal(SweepState.Done, rest.WorkOnAll(default));
        Assert.Equal(second.Runs.Length - 2 - 3 * 5, done);

        // Of what is to be measured otherwise, the trainings, measures are missing.
        Assert.Equal(
            18 - 4,
            Folder(Description.Replace("[[stage.unless]]", "[stage.evaluate]\nsparsity = true\n[[stage.unless]]"))
                .TakeOver(collected)
        );

        // What was retrained otherwise is another result, and whatever it starts from is needed.
        Assert.Equal(0, Folder(Description.Replace("epochs = 1", "epochs = 3")).TakeOver(collected));
    }
}
