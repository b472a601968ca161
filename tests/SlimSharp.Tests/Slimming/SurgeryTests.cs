using System.Collections.Immutable;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

public class SurgeryTests
{
    // A random plan: of every free group, each unit stays with that chance, and at least one.
    private static SlimmingPlan Plan(
        Network network,
        Weights weights,
        long seed,
        double stay,
        ConstantTreatment constants = ConstantTreatment.Drop
    )
    {
        var random = new Randomness(seed);
        var groups = ChannelGroups
            .Of(network)
            .Select(g =>
            {
                var kept = Enumerable
                    .Range(0, g.Units)
                    .Where(_ => g.FrozenBecause is not null || random.NextDouble() < stay)
                    .ToImmutableArray();
                return new GroupPlan(g.Name, g.Units, kept.IsEmpty ? [random.Next(g.Units)] : kept, "");
            });
        return new()
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = new() { Ratio = 0, Constants = constants },
            Groups = [.. groups],
        };
    }

    private static Model RandomModel(Network network, long seed)
    {
        using var weights = RandomWeights.Draw(NetworkCut.Of(network, ChannelGroups.Of(network), []), seed);
        return new(network, weights.Copy(torch.float32));
    }

    private static SurgeryResult Cut(
        Model model,
        long seed,
        double stay,
        ConstantTreatment constants = ConstantTreatment.Drop
    )
    {
        using var weights = model.CopyWeights();
        return Surgeon.Apply(model, Plan(model.Network, weights, seed, stay, constants));
    }

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

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_swapped_index_is_caught(string name)
    {
        var network = Topologies.All[name];
        using var weights = Initialization.Draw(network, 0);
        var cut = NetworkCut.Of(Plan(network, weights, 6, 0.6));
        Assert.True(Certifier.Structure(cut, 1) < 1e-12);
        var swaps = 0;
        foreach (var (key, places) in cut.Kept)
        {
            // Two kept places change roles; where only one is kept, a removed one takes its place.
            var swapped = places.ToArray();
            if (places.Length >= 2)
                (swapped[0], swapped[^1]) = (swapped[^1], swapped[0]);
            else if (
                Enumerable
                    .Range(0, (int)network.Parameters().Single(p => p.Name == key.Parameter).Parameter.Sizes[key.Axis])
                    .Except(places.Select(p => (int)p))
                    .ToArray()
                is [var other, ..]
            )
                swapped[0] = other;
            else
                continue;
            var wrong = cut with { Kept = cut.Kept.SetItem(key, swapped) };
            Assert.True(Certifier.Structure(wrong, 1) > 1e-6, $"{key} was swapped unnoticed");
            swaps++;
        }
        Assert.True(swaps >= 8);
    }

    public static TheoryData<string> Trunks => ["preresnet11", "densenet10", "dense", "resnet20b", "chain"];

    private static Network TrunkOf(string name) =>
        name switch
        {
            "preresnet11" => SlimSharp.Zoo.PreActResNet.Create(11, width: 0.5),
            "densenet10" => SlimSharp.Zoo.DenseNet.Create(10, width: 0.5),
            "resnet20b" => SlimSharp.Zoo.CifarResNet.Create(20, width: 0.5, convolutionShortcut: true),
            _ => Topologies.All[name],
        };

    [Theory]
    [MemberData(nameof(Trunks))]
    public void Selecting_from_a_trunk_agrees_twice_and_leaves_no_channel_unread(string name)
    {
        using var model = RandomModel(TrunkOf(name), 1);
        foreach (var ratio in new[] { 0.2, 0.6, 0.9 })
        {
            var options = new PlanOptions { Ratio = ratio, Trunk = Trunk.Selection };
            using var once = Surgeon.Apply(model, Planner.Plan(model, options));
            using var twice = Surgeon.Apply(once.Model, Planner.Plan(once.Model, options));
            Assert.True(twice.Certificate.Parameters <= once.Certificate.Parameters);
            foreach (var cut in new[] { once.Model.Network, twice.Model.Network })
            {
                Assert.DoesNotContain(".select.select", string.Join(' ', cut.Nodes.Select(n => n.Name)));
                // Whatever is only selected from is selected from in full, but for the one channel that must stay.
                var readers = cut
                    .Nodes.SelectMany(n => n.Inputs.Select(i => (Source: i, Reader: n)))
                    .ToLookup(r => r.Source, r => r.Reader);
                foreach (
                    var source in cut.Nodes.Where(n =>
                        readers[n.Name].Any() && readers[n.Name].All(r => r.Layer is Select { Picks: true })
                    )
                )
                {
                    var taken = readers[source.Name].SelectMany(r => ((Select)r.Layer).Indices).Distinct().Count();
                    if (source.Layer is Convolution { Channels: > 1 })
                        Assert.Equal(cut.Shapes[source.Name].Channels, taken);
                }
            }
        }
    }

    [Fact]
    public void A_network_with_selections_of_everything_computes_the_same()
    {
        using var scope = torch.NewDisposeScope();
        using var model = RandomModel(TrunkOf("preresnet11"), 1);
        model.eval();
        var x = torch.randn(2, 3, 32, 32);
        foreach (var behind in new[] { false, true })
        {
            using var selecting = new Model(ChannelSelection.Insert(model.Network, behind), model.CopyWeights());
            selecting.eval();
            Assert.Equal(0, Numbers.RelativeDifference(selecting.forward(x), model.forward(x)));
        }
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
