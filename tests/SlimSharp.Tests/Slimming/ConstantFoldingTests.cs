using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Slimming;

/// <summary>What becomes of the constants that cut channels leave behind.</summary>
public class ConstantFoldingTests
{
    [Fact]
    public void Scales_and_shifts_set_to_zero_give_the_same_where_nothing_comes_of_nothing()
    {
        // An independent reading of "masked" for chains of ReLU: f(0) = 0.
        using var scope = torch.NewDisposeScope();
        using var model = RandomModel(Topologies.All["chain"], 1);
        using var weights = model.CopyWeights();
        var plan = Plan(model.Network, weights, 2, 0.5);
        using var cut = Surgeon.Apply(model, plan);
        using (torch.no_grad())
        {
            foreach (var group in plan.Groups.Where(g => g.Group.EndsWith(".conv", StringComparison.Ordinal)))
            {
                foreach (var unit in group.Removed())
                {
                    model[group.Group.Replace(".conv", ".bn.weight")][unit] = 0;
                    model[group.Group.Replace(".conv", ".bn.bias")][unit] = 0;
                }
            }
        }
        model.eval();
        cut.Model.eval();
        var x = torch.randn(8, 3, 32, 32);
        Assert.True(Numbers.RelativeDifference(cut.Model.forward(x), model.forward(x)) < 1e-5);
    }

    [Theory]
    [InlineData("flattened")]
    [InlineData("awkward")]
    [InlineData("grouped")]
    [InlineData("excitation")]
    [InlineData("twoOutputs")]
    [InlineData("depthwise")]
    [InlineData("dense")]
    public void Folded_constants_are_kept_exactly(string name)
    {
        foreach (var seed in new[] { 1L, 2, 3 })
        {
            using var model = RandomModel(Topologies.All[name], seed);
            using var cut = Cut(model, seed + 10, 0.5, ConstantTreatment.Fold);
            Assert.True(cut.Certificate.Agrees, cut.Constants);
        }
    }

    [Fact]
    public void Folding_gives_what_a_zero_scale_gives_and_dropping_does_not()
    {
        // Everything behind the last BatchNorm is exact here: pooling over unpadded positions, then a linear layer.
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("exact", new Shape(3, 8, 8));
        var x = b.ConvBnRelu("conv1", b.Input, 8);
        x = b.Activation("conv2.relu", b.BatchNorm("conv2.bn", b.Convolution("conv2", x, 6, kernel: 1, padding: 0)));
        using var model = RandomModel(b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5)), 1);
        using var weights = model.CopyWeights();
        var folded = Plan(model.Network, weights, 4, 0.5, ConstantTreatment.Fold);
        using var exact = Surgeon.Apply(model, folded);
        using var dropped = Surgeon.Apply(
            model,
            folded with
            {
                Options = folded.Options with { Constants = ConstantTreatment.Drop },
            }
        );
        using (torch.no_grad())
        {
            foreach (var (group, norm) in new[] { ("conv1.conv", "conv1.bn.weight"), ("conv2", "conv2.bn.weight") })
            {
                foreach (var unit in folded.Groups.Single(g => g.Group == group).Removed())
                    model[norm][unit] = 0;
            }
        }
        foreach (var m in new[] { model, exact.Model, dropped.Model })
            m.eval();
        var input = torch.randn(4, 3, 8, 8);
        Assert.True(Numbers.RelativeDifference(exact.Model.forward(input), model.forward(input)) < 1e-5);
        Assert.True(Numbers.RelativeDifference(dropped.Model.forward(input), model.forward(input)) > 1e-2);
        Assert.Contains(" 0 dropped", exact.Constants);
    }
}
