using System.Text.Json.Nodes;
using SlimSharp.Experiments;
using SlimSharp.Formats;
using SlimSharp.Networks;
using SlimSharp.Runs;
using SlimSharp.Slimming;
using SlimSharp.Tests.Cli;
using SlimSharp.Training;

namespace SlimSharp.Tests.Experiments;

/// <summary>Rounds by shares of channels, and trainings with and without regularisers around their cuts.</summary>
[Collection(nameof(Alone))]
public class IterationTests
{
    private static RunOptions Training(int epochs) =>
        SmallRun.Options.With() with
        {
            Model = null,
            Width = 1,
            Training = new() { Epochs = epochs },
        };

    // By group: how many channels there are, how many stay.
    private static (string Group, int Units, int Kept)[] Cut(string folder, int round)
    {
        using var file = SlimFile.Load(Path.Combine(folder, $"round-{round}.slim"));
        return [.. file.Plan!.Groups.Select(g => (g.Group, g.Units, g.Kept.Length))];
    }

    private static int[] Removed(string folder, int rounds) =>
        [.. Enumerable.Range(1, rounds).Select(r => Cut(folder, r).Sum(g => g.Units - g.Kept))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rounds_remove_numbers_of_channels_that_reach_the_ratio_and_no_more_of_a_layer_than_the_cap(
        bool published
    )
    {
        var folder = Machine.Folder();
        using var start = SlimFile.Load(SmallRun.Model);
        var options = new IterationOptions
        {
            Targets = RoundTargets.Of(new PlanTarget.Ratio(0.45), 3, published),
            Plan = new()
            {
                Criterion = "l1",
                Normalized = true,
                Cap = new(0.6),
            },
        };
        new Iteration(folder, Training(1)).Run(SmallRun.Model, start, options);
        var free = ChannelGroups.Of(start.Network).Where(g => g.FrozenBecause is null).ToArray();
        var all = free.Sum(g => g.Units);
        int[] gone = published
            ?
            [
                .. new[] { 0.45 / 2.1, 1 - (1 - 0.45 / 2.1) * (1 - 0.45 / 2.55), 0.45 }.Select(s =>
                    (int)(all * s + 1e-6)
                ),
            ]
            : [(int)(all * 0.15 + 1e-6), (int)(all * 0.3 + 1e-6), (int)(all * 0.45 + 1e-6)];
        Assert.Equal([gone[0], gone[1] - gone[0], gone[2] - gone[1]], Removed(folder, 3));
        // The cap is on all rounds together, not on each.
        var last = Cut(folder, 3).ToDictionary(g => g.Group, g => g.Kept);
        Assert.All(free, g => Assert.True(last[g.Name] >= (int)(0.4 * g.Units + 1e-9) + 1, g.Name));
        Assert.Contains(free, g => last[g.Name] < g.Units);
    }

    [Fact]
    public void After_each_round_the_share_that_was_said_is_gone_by_what_is_measured_before_it()
    {
        var folder = Machine.Folder();
        using var start = SlimFile.Load(SmallRun.Model);
        var options = new IterationOptions
        {
            Targets = RoundTargets.Until(0.1, 0.3),
            Plan = new() { Criterion = "fisher-group" },
            Images = 64,
        };
        new Iteration(folder, Training(1)).Run(SmallRun.Model, start, options);
        var all = ChannelGroups.Of(start.Network).Where(g => g.FrozenBecause is null).Sum(g => g.Units);
        var removed = Removed(folder, 2);
        // Filters that say nothing on these images are all worth 0 and go together; the next round takes fewer.
        using (var cut = SlimFile.Load(Path.Combine(folder, "round-1.slim")))
            Assert.True(removed[0] == (int)(all * 0.1) || cut.Plan!.Threshold == 0 && removed[0] > (int)(all * 0.1));
        Assert.Equal((int)(all * 0.3), removed.Sum());
        foreach (
            var other in new[]
            {
                options with
                {
                    Targets = RoundTargets.Until(0.2, 0.3),
                },
                options with
                {
                    Images = 65,
                },
                options with
                {
                    Plan = new() { Criterion = "l1" },
                },
            }
        )
        {
            var error = Assert.Throws<ExperimentException>(() =>
                new Iteration(folder, Training(1)).Run(SmallRun.Model, start, other)
            );
            Assert.Contains("was cut from another network, or for another target", error.Message);
        }
    }

    [Fact]
    public void Where_more_are_worth_nothing_than_were_to_go_the_next_round_removes_none()
    {
        var folder = Machine.Folder();
        using var start = SlimFile.Load(SmallRun.Model);
        var zeros = 0;
        foreach (var (name, _, parameter) in start.Network.Parameters())
        {
            if (parameter.Role != ParameterRole.Scale)
                continue;
            var half = parameter.Sizes[0] / 2;
            using var first = start.Weights[name].narrow(0, 0, half);
            using var filled = first.fill_(0);
            zeros += (int)half;
        }
        var path = Path.Combine(folder, "start.slim");
        start.Save(path);
        var options = new IterationOptions { Targets = RoundTargets.Until(0.1, 0.2) };
        var rounds = new Iteration(folder, Training(1)).Run(path, start, options);
        Assert.Equal([zeros, 0], Removed(folder, 2));
        Assert.Equal(rounds[1].Cost, rounds[2].Cost);
    }

    [Fact]
    public async Task Steps_of_a_training_and_shares_that_are_gone_are_typed()
    {
        var folder = Machine.Folder();
        var (run, rounds) = (Path.Combine(folder, "run"), Path.Combine(folder, "rounds"));
        await Slim.Json(Slim.Train(run, "--steps", "1,1"));
        Assert.Equal(0.5, ((StepDecay)RunOptions.Read(RunFolder.Open(run)).Training.LearningRate).TenthFrom);
        Assert.Equal([0.1, 0.01], Rates(run), (a, b) => Math.Abs(a - b) < 1e-12);
        await Slim.Json(
            $"iterate {run} --gone 0.2,0.3 --criterion l1 --cap 0.9 --epochs 1 --steps 1 --threads 1 --out {rounds}"
        );
        using var start = SlimFile.Load(Path.Combine(run, "model.slim"));
        var all = ChannelGroups.Of(start.Network).Where(g => g.FrozenBecause is null).Sum(g => g.Units);
        Assert.Equal([all / 5, (int)(all * 0.3 + 1e-6) - all / 5], Removed(rounds, 2));
        Assert.Equal([0.1], Rates(Path.Combine(rounds, "round-2")), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    // At the end of each epoch.
    private static IEnumerable<double> Rates(string run) =>
        File.ReadAllLines(RunFolder.Open(run).MetricsFile).Select(l => (double)JsonNode.Parse(l)!["learningRate"]!);

    [Fact]
    public void Scores_are_taken_after_training_with_the_regulariser_and_the_last_round_has_none()
    {
        var (folder, other) = (Machine.Folder(), Machine.Folder());
        using var start = SlimFile.Load(SmallRun.Model);
        var training = Training(4).With("ortho:lambda=1e-3");
        var options = new IterationOptions
        {
            Targets = RoundTargets.Of(new PlanTarget.Ratio(0.3), 2),
            Plan = new() { Criterion = "l2" },
            Phases = IterationSchedule.All[0].Of(training, isNew: false),
        };
        var notes = new SmallRun.Notes();
        var rounds = new Iteration(folder, training, notes).Run(SmallRun.Model, start, options);
        Assert.Equal(
            [
                "Before the first cut: regularize, 2 epochs",
                "Round 1 of 2: cut",
                "Round 1 of 2: retrain, 3 epochs",
                "Round 1 of 2: regularize, 2 epochs",
                "Round 2 of 2: cut",
                "Round 2 of 2: retrain, 4 epochs",
            ],
            notes
                .Said.Where(s =>
                    s.StartsWith("Before ", StringComparison.Ordinal)
                    || s.StartsWith("Round ", StringComparison.Ordinal)
                )
                .Select(s => s.Split(", with")[0])
        );
        string[] ortho = training.Regularizers!;
        Assert.Equal(ortho, Run("start-regularize", [0.1, 0.01]));
        Assert.Null(Run("round-1", [0.1, 0.01, 0.001]));
        Assert.Equal(ortho, Run("round-1-regularize", [0.1, 0.01]));
        Assert.Null(Run("round-2", [0.1, 0.01, 0.01, 0.001]));
        Assert.Equal(Hash("start-regularize"), CutFrom(1));
        Assert.Equal(Hash("round-1-regularize"), CutFrom(2));
        Assert.Equal(Path.Combine(folder, "start-regularize", "model.slim"), rounds[0].File);
        Assert.Equal(Path.Combine(folder, "round-2", "model.slim"), rounds[^1].File);

        // Stopped in the second training of the first round, it goes on to the same bits.
        using (var stopping = new CancellationTokenSource())
        {
            var trainings = 0;
            var stopper = new SmallRun.Notes(epoch =>
            {
                if (epoch == 1 && ++trainings == 3)
                    stopping.Cancel();
            });
            Assert.ThrowsAny<OperationCanceledException>(() =>
                new Iteration(other, training, stopper).Run(SmallRun.Model, start, options, stopping.Token)
            );
        }
        Assert.False(Directory.Exists(Path.Combine(other, "round-2")));
        var cut = File.GetLastWriteTimeUtc(Path.Combine(other, "round-1.slim"));
        var again = new Iteration(other, training).Run(SmallRun.Model, start, options);
        Assert.Equal(SmallRun.Hash(rounds[^1].File), SmallRun.Hash(again[^1].File));
        Assert.Equal(cut, File.GetLastWriteTimeUtc(Path.Combine(other, "round-1.slim")));
        Assert.Throws<ExperimentException>(() =>
            new Iteration(other, training).Run(
                SmallRun.Model,
                start,
                options with
                {
                    Phases = IterationSchedule.All[0].Of(training.With("ortho:lambda=1e-2"), isNew: false),
                }
            )
        );
        // Of rounds without such trainings none is begun.
        Directory.Delete(Path.Combine(other, "start-regularize"), recursive: true);
        Assert.Throws<ExperimentException>(() => new Iteration(other, training).Run(SmallRun.Model, start, options));
        Assert.False(Directory.Exists(Path.Combine(other, "start-regularize")));

        string Hash(string name) => SmallRun.Hash(Path.Combine(folder, name, "model.slim"));
        string CutFrom(int round)
        {
            using var file = SlimFile.Load(Path.Combine(folder, $"round-{round}.slim"));
            return file.Plan!.WeightsHash;
        }
        // Has these rates; returns the regularisers.
        string[]? Run(string name, double[] rates)
        {
            var at = Path.Combine(folder, name);
            Assert.Equal(rates, Rates(at), (a, b) => Math.Abs(a - b) < 1e-12);
            return RunOptions.Read(RunFolder.Open(at)).Regularizers;
        }
    }

    [Fact]
    public async Task An_early_bird_is_trained_from_new_weights_cut_once_and_trained_to_the_end()
    {
        var folder = Path.Combine(Machine.Folder(), "early");
        var command =
            $"iterate vgg11 --width 0.05 --data {Slim.Images} --pad 32 --schedule early-bird --criterion fisher-group --images 100 --cap 0.95 --epochs 3 --threads 1 --out {folder}";
        var lines = await Slim.Json($"{command} --ratio 0.3");
        Assert.Equal(Path.Combine(folder, "round-1", "model.slim"), (string)lines[^1]["model"]!);
        var first = RunOptions.Read(RunFolder.Open(Path.Combine(folder, "start-train")));
        Assert.Equal(("train", "vgg11", 0.05, 2), (first.Command, first.Model, first.Width, first.Training.Epochs));
        Assert.Equal(RunOptions.Canonical(["ortho:lambda=1e-2"]), first.Regularizers);
        var last = RunOptions.Read(RunFolder.Open(Path.Combine(folder, "round-1")));
        Assert.Equal(("retrain", null, 3), (last.Command, last.Model, last.Training.Epochs));
        Assert.Null(last.Regularizers);
        var written = File.GetLastWriteTimeUtc(Path.Combine(folder, "round-1", "model.slim"));
        await Slim.Json($"{command} --ratio 0.3");
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(folder, "round-1", "model.slim")));
        var (code, _, error) = await Slim.Run($"{command} --ratio 0.4".Split(' '));
        Assert.Equal(2, code);
        Assert.Contains("choose another folder", error);
    }
}
