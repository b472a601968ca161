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
    private static Network Two()
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
}
