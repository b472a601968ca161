using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Tests.Slimming;

/// <summary>Random groups of units, removed for a trial.</summary>
public class GroupTrialTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 60)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Network = SlimSharp.Zoo.Vgg.Create(
        "tiny",
        [6, 0, 8, 0, 8],
        10,
        new Shape(1, 28, 28)
    );

    [Fact]
    public void The_loss_is_that_of_the_network_without_the_group_and_the_model_stays_as_it_was()
    {
        using var model = new Model(Network, 3);
        using var before = model.CopyWeights();
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0), Criterion = "l1" };
        var trials = GroupTrial.Of(model, Set, Norm, options, groups: 6, seed: 4);
        using var after = model.CopyWeights();
        Assert.Equal(before.Hash(), after.Hash());
        Assert.Equal(["block1.conv", "block2.conv", "block3.conv"], trials.Select(t => t.Layer).Distinct());
        Assert.Equal(18, trials.Length);
        Assert.All(trials, t => Assert.InRange(t.Share, 0.1, 0.9));
        Assert.True(trials.Select(t => t.Units).Distinct().Count() > 3);
        Assert.Equal(trials, GroupTrial.Of(model, Set, Norm, options, groups: 6, seed: 4));
        Assert.NotEqual(trials, GroupTrial.Of(model, Set, Norm, options, groups: 6, seed: 5));
    }

    [Fact]
    public void A_whole_group_of_one_unit_changes_the_loss_as_a_cut_of_that_unit_does()
    {
        using var model = new Model(Network, 3);
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0), Criterion = "l2" };
        var single = GroupTrial
            .Of(model, Set, Norm, options, groups: 40, seed: 1)
            .First(t => t is { Layer: "block2.conv", Units: 1 });
        using var weights = model.CopyWeights();
        var group = ChannelGroups.Of(Network).Single(g => g.Name == "block2.conv");
        var importance = new MagnitudeCriterion(2).Of(group, new(new NetworkGraph(Network), weights))!;
        var unit = Array.FindIndex(importance, i => Math.Abs(i - single.Predicted) < 1e-12);
        Assert.True(unit >= 0);
        // The same by a cut: what the channel's constant would add is dropped, as there.
        var plan = Planner.Plan(
            model,
            options with
            {
                Target = new PlanTarget.Channels(
                    System.Collections.Immutable.ImmutableSortedDictionary<string, int>.Empty.Add("block2.conv", 7)
                ),
                Criterion = "l2",
            }
        );
        var kept = plan with
        {
            Groups =
            [
                .. plan.Groups.Select(g =>
                    g.Group == "block2.conv" ? g with { Kept = [.. Enumerable.Range(0, 8).Where(u => u != unit)] } : g
                ),
            ],
        };
        using var cut = Surgeon.Apply(model, kept);
        var change = Math.Abs(Evaluation.Of(cut.Model, Set, Norm).Loss - Evaluation.Of(model, Set, Norm).Loss);
        Assert.Equal(change, single.Change, 1e-5);
    }

    [Fact]
    public void The_correlation_is_that_of_ranks_with_ties_shared()
    {
        static double Of(double[] x, double[] y) =>
            GroupTrial.Correlation(x.Zip(y, (a, b) => new GroupTrial("layer", 1, 0.1, a, b)));
        Assert.Equal(1, Of([1, 2, 3, 10], [0, 5, 6, 1e6]), 1e-12);
        Assert.Equal(-1, Of([1, 2, 3], [3, 2, 1]), 1e-12);
        Assert.Equal(0.8, Of([1, 2, 3, 4, 5], [1, 3, 2, 5, 4]), 1e-12); // 1 − 6·4/(5·24)
        Assert.Equal(0.948683298050514, Of([1, 2, 2, 4], [1, 2, 3, 4]), 1e-12); // Pearson's of 1, 2.5, 2.5, 4
        Assert.True(double.IsNaN(Of([1, 1], [1, 2])));
        Assert.True(double.IsNaN(Of([1], [1])));
    }
}
