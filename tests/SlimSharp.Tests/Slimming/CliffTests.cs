using CsCheck;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Slimming;

public class CliffTests
{
    private static CliffCurve Curve(double whole, params (double Ratio, double Cut, double Recalibrated)[] points) =>
        new()
        {
            Whole = whole,
            Images = 2000,
            LargestSafeRatio = 0.8,
            Points =
            [
                .. points.Select(p => new CliffPoint(p.Ratio, (long)(1000 * (1 - p.Ratio)), 0, p.Cut, p.Recalibrated)),
            ],
        };

    [Fact]
    public void A_curve_says_how_far_a_cut_may_go()
    {
        var curve = Curve(0.9, (0.2, 0.9, 0.9), (0.4, 0.895, 0.9), (0.6, 0.5, 0.893), (0.8, 0.1, 0.4), (0.9, 0.1, 0.9));
        Assert.Equal((0.4, 0.6), (curve.HoldsAsCut, curve.HoldsRecalibrated));
        Assert.StartsWith("Cut up to --ratio 0.6: accuracy holds once recalibrated", curve.Advice);
        Assert.Contains("400 parameters", curve.Advice);
        Assert.Contains("At 80 % it is 40.0 %, 50.0 points below", curve.Advice);
        Assert.StartsWith("Do not cut", Curve(0.9, (0.1, 0.9, 0.5)).Advice);
        Assert.Contains("as it is cut", Curve(0.9, (0.1, 0.9, 0.9)).Advice);
        Assert.Contains("layers would be emptied", Curve(0.9, (0.85, 0.9, 0.9)).Advice);
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
            using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Ratio = point.Ratio }));
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
            var plan = Planner.Plan(model, new() { Ratio = 0.4 });
            using var trial = CliffCurve.Cut(model, weights, plan);
            using var cut = Surgeon.Apply(model, plan);
            using var some = trial.CopyWeights();
            using var others = cut.Model.CopyWeights();
            Assert.Equal(others.Hash(), some.Hash());
        }
    }
}
