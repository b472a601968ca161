using SlimSharp.Experiments;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Tests.Experiments;

/// <summary>What rounds reach, and what is trained around them.</summary>
public class RoundTargetsTests
{
    private static RunOptions Training(int epochs) =>
        new RunOptions
        {
            Model = "vgg13-ortho",
            Data = new() { Path = "anywhere" },
            Training = new() { Epochs = epochs },
        };

    private static double[] Gone(IEnumerable<PlanTarget> targets) =>
        [.. targets.Select(t => ((PlanTarget.Ratio)t).Share)];

    // Epochs at the rate, a tenth and a hundredth of it; the rates are those in the middle of epochs.
    private static int[] Steps(TrainingPhase phase) =>
        [
            .. new[] { 0.1, 0.01, 0.001 }.Select(rate =>
                Enumerable
                    .Range(0, phase.Epochs)
                    .Count(e => Math.Abs(phase.LearningRate.At((e + 0.5) / phase.Epochs) - rate) < 1e-12)
            ),
        ];

    [Fact]
    public void Each_round_removes_as_many_or_as_published_most_first()
    {
        Assert.Equal([0.25, 0.5, 0.75], Gone(RoundTargets.Of(new PlanTarget.Ratio(0.75), 3)));
        Assert.Equal(
            [0.5, 0.666666666667, 0.75],
            Gone(RoundTargets.Of(new PlanTarget.Ratio(0.75), 3, published: true))
        );
        Assert.Equal([0.1, 0.5, 0.8], Gone(RoundTargets.Until(0.1, 0.5, 0.8)));
        Assert.Equal(
            [new PlanTarget.Macs(Math.Sqrt(0.5)), new PlanTarget.Macs(0.5)],
            RoundTargets.Of(new PlanTarget.Macs(0.5), 2)
        );
    }

    [Fact]
    public void What_is_no_target_of_rounds_is_refused()
    {
        PlanTarget[] targets =
        [
            new PlanTarget.Ratio(0),
            new PlanTarget.Ratio(1),
            new PlanTarget.Ratio(0.5, PerLayer: true),
            new PlanTarget.Macs(0),
            new PlanTarget.Zeros(),
            new PlanTarget.Below(0.1),
        ];
        Assert.All(targets, t => Assert.ThrowsAny<SlimSharpException>(() => RoundTargets.Of(t, 2)));
        Assert.Throws<ExperimentException>(() => RoundTargets.Of(new PlanTarget.Ratio(0.5), 0));
        Assert.Throws<ExperimentException>(() => RoundTargets.Of(new PlanTarget.Macs(0.5), 2, published: true));
        double[][] gone =
        [
            [],
            [0.5, 0.5],
            [0.5, 0.1],
            [0.5, 1],
            [0, 0.5],
            [double.NaN],
        ];
        Assert.All(gone, g => Assert.Throws<ExperimentException>(() => RoundTargets.Until(g)));
    }

    [Fact]
    public void The_schedules_have_the_epochs_and_rates_of_the_released_code()
    {
        var (ortho, early) = (IterationSchedule.All[0], IterationSchedule.All[1]);
        var phases = ortho.Of(Training(ortho.Epochs), isNew: true);
        Assert.Equal(["train", "regularize"], phases.Before.Select(p => p.Name));
        Assert.Equal(
            [
                [80, 40, 40],
                [24, 1, 0],
            ],
            phases.Before.Select(Steps)
        );
        Assert.Equal(
            [
                [35, 35, 10],
                [24, 1, 0],
            ],
            phases.Between.Select(Steps)
        );
        Assert.Equal(
            [
                [40, 40, 20],
            ],
            phases.Last.Select(Steps)
        );
        var usual = RunOptions.Canonical(["ortho:lambda=1e-2"])!;
        Assert.Equal(
            [
                [],
                usual,
            ],
            phases.Between.Select(p => p.Regularizers)
        );
        Assert.Empty(Assert.Single(phases.Last).Regularizers);
        Assert.Equal(phases.Before.Skip(1), ortho.Of(Training(ortho.Epochs), isNew: false).Before, Same);

        phases = early.Of(Training(early.Epochs), isNew: true);
        Assert.Equal(
            [
                [24, 1, 0],
            ],
            phases.Before.Select(Steps)
        );
        Assert.Equal(usual, phases.Before[0].Regularizers);
        Assert.Equal(
            [
                [60, 40, 40],
            ],
            phases.Last.Select(Steps)
        );
        Assert.Empty(Assert.Single(phases.Last).Regularizers);
    }

    private static bool Same(TrainingPhase a, TrainingPhase b) =>
        a with { Regularizers = b.Regularizers } == b && a.Regularizers.SequenceEqual(b.Regularizers);

    [Fact]
    public void Few_epochs_keep_the_shape_and_one_at_a_tenth_before_the_cut()
    {
        var options = Training(10).With("ortho:lambda=1e-3", "flow:length=0.1,curvature=0");
        var phases = IterationSchedule.All[0].Of(options, isNew: true);
        Assert.Equal(
            [
                [8, 4, 4],
                [2, 1, 0],
            ],
            phases.Before.Select(Steps)
        );
        Assert.Equal([8, 3], phases.Between.Select(p => p.Epochs));
        Assert.Equal(options.Regularizers, phases.Between[1].Regularizers);
        Assert.Equal([4, 4, 2], Steps(phases.Last[0]));
        Assert.Equal([1, 1, 0], Steps(IterationSchedule.All[0].Of(Training(1), isNew: false).Before[0]));
    }

    [Fact]
    public void Steps_of_ones_own_are_stored_and_what_is_none_is_refused()
    {
        var steps = new StepDecay { Initial = 0.2 }.In(24, 1);
        Assert.Equal("a tenth at 96 %", steps.InWords());
        Assert.Equal("not at all", new StepDecay().In(3).InWords());
        Assert.Equal("a tenth at 50 % and at 75 %", new StepDecay().InWords());
        var options = Training(25) with
        {
            Training = new() { Epochs = 25, LearningRate = steps },
        };
        Assert.Equal(steps, RunOptions.FromJson(options.ToJson()).Training.LearningRate);
        Assert.DoesNotContain("tenth", Training(25).ToJson());
        var wrong = new TrainingOptions { LearningRate = new StepDecay { TenthFrom = 0.8 } };
        Assert.Contains("StepDecay.TenthFrom is 0.8", Assert.Throws<TrainingException>(wrong.Check).Message);
        Assert.Throws<ExperimentException>(() => IterationSchedule.All[0].Of(options, isNew: true));
        Assert.Throws<ExperimentException>(() => IterationSchedule.All[1].Of(Training(25), isNew: false));
    }
}
