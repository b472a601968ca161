using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

/// <summary>What is small beside its layer's largest, counted and zeroed.</summary>
public class LayerSparsityTests
{
    private static readonly Network Network = SlimSharp.Zoo.Vgg.Create("tiny", [4, 0, 6], 3, new Shape(1, 8, 8));

    private static Weights Draw() => Initialization.Draw(Network, 2);

    [Fact]
    public void Small_weights_are_those_that_a_loop_counts_and_zeroing_changes_no_other()
    {
        using var weights = Draw();
        using (torch.no_grad())
            weights["block2.conv.weight"][1].mul_(1e-3);
        using var without = LayerSparsity.WithoutSmallWeights(Network, weights);
        foreach (var layer in LayerSparsity.Of(Network, weights))
        {
            var (before, after) = (weights.Values($"{layer.Node}.weight"), without.Values($"{layer.Node}.weight"));
            var threshold = 0.01 * before.Max(Math.Abs);
            Assert.Equal(before.Length, layer.Weights);
            Assert.Equal(before.Count(w => Math.Abs(w) < threshold), layer.SmallWeights);
            Assert.Equal(before.Select(w => Math.Abs(w) < threshold ? 0 : w), after);
        }
        Assert.True(LayerSparsity.Of(Network, weights).Single(l => l.Node == "block2.conv").SmallWeights >= 36);
    }

    [Fact]
    public void Small_filters_are_small_with_batch_norm_folded_in_and_hand_on_a_constant_when_zeroed()
    {
        using var weights = Draw();
        using (torch.no_grad())
        {
            weights["block2.bn.weight"][4].mul_(1e-3); // small by its scale alone
            weights["block2.conv.weight"][0].mul_(1e-3); // small, but its statistics make up for that
            weights["block2.bn.running_var"][0].fill_(1e-6);
        }
        var layers = LayerSparsity.Of(Network, weights);
        Assert.Equal(1, layers.Single(l => l.Node == "block2.conv").SmallFilters);
        Assert.Equal(0, layers.Single(l => l.Node == "block1.conv").SmallFilters);
        Assert.Equal(0, layers[^1].Filters); // classes cannot go
        using var model = new Model(Network, LayerSparsity.WithoutSmallFilters(Network, weights));
        model.eval();
        using var x = torch.rand(3, 1, 8, 8);
        using var still = torch.no_grad();
        var values = model.Run(
            new Dictionary<string, torch.Tensor> { [Network.Inputs.Single().Name] = x },
            ["block2.bn"]
        );
        var spread = values["block2.bn"].transpose(0, 1).flatten(1).std(1).data<float>().ToArray();
        Assert.Equal(0, spread[4]);
        Assert.All(spread.Where((_, i) => i != 4), s => Assert.True(s > 0));
    }
}
