using CsCheck;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using static TorchSharp.torch;

namespace SlimSharp.Tests.Slimming;

public class CliffTests
{
    private const int Many = 2000;

    // A network that is right on nine of ten images; a trial loses some of these and wins none.
    private static CliffCurve Curve(int images, params (double Ratio, double Cut, double Recalibrated)[] points) =>
        new()
        {
            Whole = 0.9,
            Chance = 0.1,
            Images = images,
            EmptiesNoLayerBelow = 0.8,
            Points =
            [
                .. points.Select(p => new CliffPoint(
                    p.Ratio,
                    (long)(1000 * (1 - p.Ratio)),
                    0,
                    p.Cut,
                    p.Recalibrated,
                    Loss(p.Cut),
                    Loss(p.Recalibrated)
                )),
            ],
        };

    private static PairedLoss Loss(double accuracy) => new(Many, (int)Math.Round(Many * (0.9 - accuracy)), 0);

    [Fact]
    public void A_curve_says_how_far_a_cut_may_go()
    {
        var curve = Curve(
            Many,
            (0.2, 0.9, 0.9),
            (0.4, 0.897, 0.9),
            (0.6, 0.5, 0.895),
            (0.8, 0.1, 0.4),
            (0.9, 0.1, 0.9)
        );
        Assert.Equal((0.4, 0.6), (curve.LargestSafeRatioAsCut, curve.LargestSafeRatio));
        Assert.StartsWith(
            "Cut up to PlanTarget.Ratio = 0.6: accuracy holds once the cut is recalibrated",
            curve.Advice
        );
        Assert.Contains("400 parameters", curve.Advice);
        Assert.Contains("At 80 % it is 40.0 %, 50.0 points below", curve.Advice);
        Assert.StartsWith("Do not cut", Curve(Many, (0.1, 0.9, 0.5)).Advice);
        Assert.Contains("holds as it is cut", Curve(Many, (0.1, 0.9, 0.9)).Advice);
        Assert.Contains("but not as it is cut", Curve(Many, (0.1, 0.5, 0.9)).Advice);
        Assert.Contains("layers would be emptied", Curve(Many, (0.85, 0.9, 0.9)).Advice);
    }

    [Fact]
    public void A_loss_below_zero_is_called_a_gain()
    {
        // 60 of 2,000 images more are right.
        var gain = new PairedLoss(Many, 0, 60);
        Assert.True(gain.AtMost < 0);
        var curve = Curve(Many, (0.2, 0.9, 0.93), (0.4, 0.1, 0.1)) with { };
        curve = curve with { Points = [curve.Points[0] with { RecalibratedLoss = gain }, curve.Points[1]] };
        Assert.Contains("it gains at least ", curve.Advice);
        Assert.Contains("80.0 points below", curve.Advice);
        var above = curve with
        {
            Points = [curve.Points[0], curve.Points[0] with { Ratio = 0.9, CutLoss = Loss(0.1) }],
        };
        Assert.DoesNotContain("-", above.Advice.Replace("--", "", StringComparison.Ordinal)); // no minus sign
        // One that won on average, and may have lost for all that is known.
        var open = curve with
        {
            Points = [curve.Points[0] with { RecalibratedLoss = new(Many, 120, 124), CutLoss = new(Many, 120, 124) }],
        };
        Assert.Null(open.LargestSafeRatio);
        Assert.Contains("gained 0.2 points, but may have lost as much as", open.Advice);
    }

    [Fact]
    public void What_the_images_cannot_tell_is_not_called_safe()
    {
        // 0.8 points lost is less than what may be lost, but may be more than that in truth.
        var close = Curve(Many, (0.1, 0.892, 0.892));
        Assert.Null(close.LargestSafeRatio);
        Assert.Contains("do not show that any cut holds", close.Advice);
        Assert.Contains("DataOptions.Validation", close.Advice);

        var few = Curve(24, (0.1, 0.9, 0.9)) with
        {
            Points = [new(0.1, 900, 0, 0.9, 0.9, new(24, 0, 0), new(24, 0, 0))],
        };
        Assert.Null(few.LargestSafeRatio);
        Assert.StartsWith($"24 validation images are too few", few.Advice);
        Assert.Contains($"at least {CliffCurve.ImagesNeeded} are needed", few.Advice);

        var guessing = Curve(Many, (0.1, 0.1, 0.1)) with { Whole = 0.11 };
        Assert.False(guessing.BeatsChance);
        Assert.Null(guessing.LargestSafeRatio);
        Assert.Contains("always names the commonest class (10.0 %)", guessing.Advice);
    }

    [Fact]
    public void A_network_that_knows_nothing_is_told_so()
    {
        var sets = DataSource.Read(new() { Path = Machine.SamplePath, Pad = 32 });
        var (train, heldOut) = (
            sets.Train!.Subset(sets.Train.Spread(100)),
            sets.Validation!.Subset(sets.Validation.Spread(200))
        );
        using var model = new Model(Vgg.Create(11, 10, 0.05, train.Shape), 3);
        var curve = CliffCurve.Of(model, train, heldOut, Normalization.Of(train), images: 64);
        Assert.Null(curve.LargestSafeRatio);
        Assert.Contains("trial cuts say nothing", curve.Advice);
    }

    [Fact]
    public void Inspecting_and_planning_speak_of_one_gap()
    {
        using var model = new Model(Vgg.Create(11, 10, 0.05, new(1, 32, 32)), 3);
        using var weights = model.CopyWeights();
        foreach (var name in model.Network.BatchNorms.Select(b => $"{b.Name}.weight"))
        {
            // Two fifths of the scales near 0.01, the others near 1.
            using var scope = torch.NewDisposeScope();
            var places = torch.arange(weights[name].shape[0], ScalarType.Float32);
            weights[name] = torch
                .where(places.remainder(5).lt(2), 0.01 + 1e-4 * places, 1 + 0.01 * places)
                .MoveToOuterDisposeScope();
        }
        string[] Warnings(double ratio) =>
            [
                .. Planner
                    .Plan(model.Network, weights, new() { Target = new PlanTarget.Ratio(ratio) })
                    .Warnings.Select(w => w.Text)
                    .Where(w => w.Contains("scales")),
            ];
        var gap = Planner.Plan(model.Network, weights, new() { Target = new PlanTarget.Ratio(0.2) }).Gap!;
        Assert.True(gap.IsClear);
        Assert.Empty(Warnings(gap.Share - 0.05));
        Assert.Contains(
            Warnings(gap.Share + 0.2),
            w => w.StartsWith($"the cut goes beyond the gap: {gap.InWords}.", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(Warnings(gap.Share + 0.2), w => w.Contains("no clear gap", StringComparison.Ordinal));
    }

    [Fact]
    public void The_gap_is_the_widest_that_brute_force_finds() =>
        Gen.OneOf(Gen.Double[1e-6, 1], Gen.Int[1, 3].Select(n => n / 3.0))
            .Array[4, 40]
            .Sample(scales =>
            {
                var sorted = scales.Order().ToArray();
                if (ScaleGap.Of(scales) is not { } gap)
                {
                    Assert.Equal(sorted[0], sorted[^1]);
                    return;
                }
                Assert.All(
                    sorted.Zip(sorted.Skip(1)),
                    p => Assert.True(gap.Factor >= p.Second / p.First * (1 - 1e-12))
                );
                Assert.Equal(gap.Share * scales.Length, scales.Count(s => s <= gap.Below), 6);
            });

    [Fact]
    public void Trials_are_the_cuts_that_surgery_makes()
    {
        var path = new DataOptions { Path = Machine.SamplePath, Pad = 32 };
        var sets = DataSource.Read(path);
        var (train, heldOut) = (
            sets.Train!.Subset(sets.Train.Spread(300)),
            sets.Validation!.Subset(sets.Validation.Spread(200))
        );
        var normalization = Normalization.Of(train);
        using var model = new Model(Vgg.Create(11, 10, 0.05, train.Shape), 3);
        using (var weights = Drawn.Weights(model.Network))
            model.Load(weights);
        var curve = CliffCurve.Of(model, train, heldOut, normalization, images: 128);
        Assert.Equal(Evaluation.Of(model, heldOut, normalization).Accuracy, curve.Whole);
        foreach (var point in curve.Points.Where(p => p.Ratio is 0.2 or 0.7))
        {
            using var cut = Surgeon.Apply(
                model,
                Planner.Plan(model, new() { Target = new PlanTarget.Ratio(point.Ratio) })
            );
            Assert.Equal(NetworkCost.Of(cut.Model.Network).Parameters, point.Parameters);
            Assert.Equal(Evaluation.Of(cut.Model, heldOut, normalization).Accuracy, point.Cut);
            Recalibration.Run(cut.Model, train, normalization, 128);
            Assert.Equal(Evaluation.Of(cut.Model, heldOut, normalization).Accuracy, point.Recalibrated);
        }
    }

    [Fact]
    public void Trial_weights_are_those_of_surgery_on_every_topology()
    {
        foreach (var network in Topologies.All.Values.Where(n => n.BatchNorms.Any() && n.Inputs.Count() == 1))
        {
            using var model = new Model(network, 5);
            using var weights = model.CopyWeights();
            var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.4) });
            using var trial = CliffCurve.Cut(model, weights, plan);
            using var cut = Surgeon.Apply(model, plan);
            using var some = trial.CopyWeights();
            using var others = cut.Model.CopyWeights();
            Assert.Equal(others.Hash(), some.Hash());
        }
    }
}
