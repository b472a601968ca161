using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;
using static SlimSharp.Tests.Networks.PortKinds;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Networks;

/// <summary>Layers whose parameters follow one input or another.</summary>
public class PortTests
{
    internal static Network Two()
    {
        PortKinds.Add();
        var b = new NetworkBuilder("two", new Shape(4));
        var x = b.Linear("a", b.Input, 7);
        var y = b.Linear("b", b.Input, 5);
        return b.Build(b.Linear("classifier", b.Node("pair", new Pair(6), x, y), 3));
    }

    [Fact]
    public void A_parameter_follows_the_input_that_it_names()
    {
        var groups = ChannelGroups.Of(Two()).ToDictionary(g => g.Name);
        Assert.Equal(["pair.left"], groups["a"].Slices.Where(s => s.ReadsInput).Select(s => s.Parameter));
        Assert.Equal(["pair.right"], groups["b"].Slices.Where(s => s.ReadsInput).Select(s => s.Parameter));
        Assert.Equal([7, 5, 6], new[] { "a", "b", "pair" }.Select(n => groups[n].Units));
    }

    [Fact]
    public void Each_input_is_cut_on_its_own()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        foreach (var (seed, stay) in new[] { (1L, 0.9), (2, 0.5), (3, 0.1), (4, 0.0), (5, 0.7) })
        {
            using var model = RandomModel(Two(), seed);
            using var cut = Cut(model, seed, stay);
            Assert.True(cut.Certificate.StructureDifference < 1e-12);
            Assert.Equal(cut.Model.Network.Shapes["b"].Channels, cut.Model["pair.right"].shape[1]);
        }
    }

    private static Network Mixed(bool mean)
    {
        PortKinds.Add();
        var b = new NetworkBuilder("mixed", new Shape(4));
        var x = b.BatchNorm("norm", b.Linear("hidden", b.Input, 7));
        x = b.Activation("tanh", x, ActivationFunction.Tanh);
        var total = b.Node("total", new Total(mean), x);
        return b.Build(b.Linear("classifier", b.Concat("both", total, b.Linear("other", x, 3)), 3));
    }

    [Fact]
    public void What_is_read_without_weights_is_masked_as_a_value()
    {
        using var model = RandomModel(Mixed(mean: false), 1);
        Assert.Equal(["tanh"], ChannelGroups.Of(model.Network).Single(g => g.Name == "hidden").ReadAsValues);
        foreach (var constants in Enum.GetValues<ConstantTreatment>())
        {
            using var cut = Cut(model, 2, 0.5, constants);
            Assert.InRange(cut.Model.Network.Shapes["hidden"].Channels, 1, 6);
        }
    }

    [Fact]
    public void A_kind_whose_channels_cannot_go_as_it_says_is_caught_by_the_certificate()
    {
        using var model = RandomModel(Mixed(mean: true), 1);
        var refused = Assert.Throws<PlanException>(() => Cut(model, 2, 0.5));
        Assert.Contains("masked and cut network differ", refused.Message);
    }

    [Fact]
    public void A_channel_that_is_read_without_weights_contributes_something()
    {
        using var scope = torch.NewDisposeScope();
        using var weights = Drawn.Weights(Mixed(mean: false), 1);
        weights["other.weight"] = torch.zeros_like(weights["other.weight"]);
        using var model = new Model(Mixed(mean: false), weights);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Zeros() });
        Assert.Equal(7, plan.Groups.Single(g => g.Group == "hidden").Kept.Length);
    }
}
