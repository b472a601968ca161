using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Slimming;

public class SurgeryTests
{
    public static TheoryData<string> Names =>
        [.. Topologies.All.Where(t => t.Value.Inputs.Count() == 1).Select(t => t.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_network_equals_masked_network(string name)
    {
        foreach (var (seed, stay) in new[] { (1L, 0.9), (2, 0.5), (3, 0.1), (4, 0.0), (5, 1.0) })
        {
            using var model = RandomModel(Topologies.All[name], seed);
            using var cut = Cut(model, seed, stay);
            Assert.True(cut.Certificate.Agrees);
            Assert.True(cut.Certificate.StructureDifference < 1e-12);
            Assert.Equal(NetworkCost.Of(cut.Model.Network).Parameters, cut.Certificate.Parameters);
        }
    }

    [Fact]
    public void A_network_of_two_inputs_is_cut_by_structure()
    {
        var network = Topologies.All["twoInputs"];
        using var weights = Initialization.Draw(network, 0);
        Assert.True(Certifier.Structure(NetworkCut.Of(Plan(network, weights, 3, 0.5)), 1) < 1e-12);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_cut_network_can_be_cut_again_and_trained(string name)
    {
        using var scope = torch.NewDisposeScope();
        using var model = RandomModel(Topologies.All[name], 1);
        using var once = Cut(model, 2, 0.7);
        using var twice = Cut(once.Model, 3, 0.7);
        twice.Model.train();
        var shape = twice.Model.Network.Shapes["input"];
        var output = twice.Model.forward(torch.randn(shape.Sizes(4)));
        output.sum().backward();
        Assert.All(
            twice.Model.parameters().Where(p => p.grad is not null),
            p => Assert.True(p.grad!.isfinite().all().item<bool>())
        );
    }

    [Fact]
    public void A_swapped_selection_is_caught()
    {
        var network = Topologies.All["shuffle"];
        using var weights = Initialization.Draw(network, 0);
        var cut = NetworkCut.Of(Plan(network, weights, 6, 0.8));
        foreach (var node in cut.Target.Nodes.Where(n => n.Layer is Select { Indices.Length: > 1 }))
        {
            var indices = ((Select)node.Layer).Indices;
            var swapped = new Select([indices[^1], .. indices[1..^1], indices[0]]);
            var wrong = cut with
            {
                Target = new(
                    cut.Target.Name,
                    cut.Target.Nodes.Replace(node, node with { Layer = swapped }),
                    cut.Target.Outputs
                ),
            };
            Assert.True(Certifier.Structure(wrong, 1) > 1e-6, node.Name);
        }
    }

    [Fact]
    public void A_cut_that_does_not_agree_is_refused()
    {
        var network = Topologies.All["chain"];
        using var model = RandomModel(network, 1);
        using var weights = model.CopyWeights(torch.float64);
        var plan = Plan(network, weights, 2, 0.6);
        using var folding = ConstantFolding.Of(plan, weights);
        var cut = NetworkCut.Of(plan);
        var key = ("block2.bn.weight", 0);
        long[] reversed = [.. cut.Kept[key].Reverse()];
        var refusal = Assert.Throws<PlanException>(() =>
            Surgeon.Apply(
                plan,
                cut with
                {
                    Kept = cut.Kept.SetItem(key, reversed),
                },
                folding,
                DeadBranches.Of(plan),
                weights,
                torch.float32,
                null
            )
        );
        Assert.Contains("is refused", refusal.Message);
    }

    [Fact]
    public void The_original_stays_as_it_was()
    {
        using var model = RandomModel(Topologies.All["residual"], 1);
        using var before = model.CopyWeights();
        using var cut = Cut(model, 2, 0.5);
        using var after = model.CopyWeights();
        Assert.Equal(before.Hash(), after.Hash());
    }

    [Fact]
    public void A_plan_for_another_network_or_other_weights_is_refused()
    {
        using var model = RandomModel(Topologies.All["chain"], 1);
        using var other = RandomModel(Topologies.All["chain"], 2);
        using var weights = model.CopyWeights();
        var plan = Plan(model.Network, weights, 2, 0.5);
        Assert.Contains("other weights", Assert.Throws<PlanException>(() => Surgeon.Apply(other, plan)).Message);
        using var residual = RandomModel(Topologies.All["residual"], 1);
        Assert.Contains("another network", Assert.Throws<PlanException>(() => Surgeon.Apply(residual, plan)).Message);
        var emptied = plan with { Groups = plan.Groups.SetItem(1, plan.Groups[1] with { Kept = [] }) };
        Assert.Contains(
            "at least one channel must stay",
            Assert.Throws<PlanException>(() => Surgeon.Apply(model, emptied)).Message
        );
        var frozen = plan with { Groups = plan.Groups.SetItem(0, plan.Groups[0] with { Kept = [0] }) };
        Assert.Contains(
            "input of the network",
            Assert.Throws<PlanException>(() => Surgeon.Apply(model, frozen)).Message
        );
    }
}
