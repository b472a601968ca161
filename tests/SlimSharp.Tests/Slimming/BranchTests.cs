using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

/// <summary>Blocks that go whole, layers that vanish, and what is exactly zero.</summary>
public class BranchTests
{
    private static double Difference(Model a, Model b)
    {
        using var scope = torch.NewDisposeScope();
        torch.random.manual_seed(5);
        var x = torch.randn(a.Network.Shapes["input"].Sizes(3));
        a.eval();
        b.eval();
        return Numbers.RelativeDifference(a.forward(x), b.forward(x));
    }

    private static string[] Names(Network network) => [.. network.Nodes.Select(n => n.Name)];

    [Fact]
    public void A_block_with_zero_weights_becomes_the_shift_it_amounts_to_and_nothing_changes()
    {
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network, 1);
        weights["block1.b.conv.weight"].zero_();
        using var model = new Model(network, weights.Copy());
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Zeros() });
        var branch = Assert.Single(plan.Branches);
        Assert.Equal(("block1.add", "block1.b.bn", true), (branch.Sum, branch.Term, branch.Shift));
        Assert.Contains("block1.b.bn adds a constant to block1.add", plan.Explain());

        using var cut = Surgeon.Apply(model, plan);
        Assert.DoesNotContain(Names(cut.Model.Network), n => n is "block1.a.conv" or "block1.b.conv" or "block1.add");
        Assert.Contains("block1.add.shift", Names(cut.Model.Network));
        Assert.True(Difference(cut.Model, model) < 1e-5);
        // The shift is β − mean·γ/σ, worked out by hand.
        using var scope = torch.NewDisposeScope();
        var expected =
            weights["block1.b.bn.bias"]
            - weights["block1.b.bn.running_mean"]
                * weights["block1.b.bn.weight"]
                / (weights["block1.b.bn.running_var"] + 1e-5f).sqrt();
        Assert.True(Numbers.RelativeDifference(cut.Model["block1.add.shift.bias"], expected) < 1e-6);
    }

    [Fact]
    public void Dropping_the_shift_is_certified_as_such_and_its_cost_is_told()
    {
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network, 1);
        weights["block1.b.conv.weight"].zero_();
        using var model = new Model(network, weights.Copy());
        using var cut = Surgeon.Apply(
            model,
            Planner.Plan(model, new() { Target = new PlanTarget.Zeros(), DropShifts = true })
        );
        Assert.DoesNotContain("block1.add.shift", Names(cut.Model.Network));
        Assert.Matches(@"Without the shifts of dead branches the outputs move by \d", cut.Constants);
        // Nothing but the shift is gone.
        weights["block1.b.bn.weight"].zero_();
        weights["block1.b.bn.bias"].zero_();
        using var silenced = new Model(network, weights.Copy());
        Assert.True(Difference(cut.Model, silenced) < 1e-5);
        Assert.True(Difference(cut.Model, model) > 1e-3);
    }

    [Fact]
    public void A_block_whose_inner_layer_is_emptied_becomes_the_identity()
    {
        var network = PreActResNet.Create(20, width: 0.5);
        using var weights = Drawn.Weights(network, 2);
        weights["layer2.1.bn3.weight"].mul_(1e-4f);
        weights["layer1.1.bn2.weight"].mul_(1e-4f);
        using var model = new Model(network, weights.Copy());
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0.1), EmptyBlocks = true };
        var plan = Planner.Plan(model, options);
        Assert.Equal(["layer1.1.add", "layer2.1.add"], plan.Branches.Select(b => b.Sum));
        // Behind the first comes a BatchNorm with a shift, behind the second only a convolution without bias.
        Assert.Equal([true, false], plan.Branches.Select(b => b.Shift));
        using var cut = Surgeon.Apply(model, plan);
        Assert.DoesNotContain(Names(cut.Model.Network), n => n.StartsWith("layer2.1", StringComparison.Ordinal));
        Assert.Equal(
            ["layer1.1.add.shift"],
            Names(cut.Model.Network).Where(n => n.StartsWith("layer1.1", StringComparison.Ordinal))
        );

        // Without leave to empty blocks one channel stays.
        var kept = Planner.Plan(model, options with { EmptyBlocks = false });
        Assert.Contains(kept.Groups, g => g.Why.Kind == PlanReasonKind.Emptied);
        Assert.True(NetworkCost.Of(kept.Target()).Parameters > NetworkCost.Of(plan.Target()).Parameters);
    }

    [Theory]
    [InlineData("resnet20", 0.7)]
    [InlineData("resnet20b", 0.7)]
    [InlineData("preresnet29", 0.8)]
    public void Emptied_blocks_are_cut_twice_stored_and_verified(string name, double ratio)
    {
        var network = ZooEntry.Get(name, 10, 0.5);
        using var weights = Drawn.Weights(network, 3);
        foreach (
            var scale in network
                .Parameters()
                .Where(p => p.Parameter.Role == ParameterRole.Scale)
                .Where((_, i) => i % 4 == 3)
        )
            weights[scale.Name].mul_(1e-3f);
        using var model = new Model(network, weights.Copy());
        foreach (var trunk in new[] { Trunk.Coupled, Trunk.Selection })
        {
            var options = new PlanOptions
            {
                Target = new PlanTarget.Ratio(ratio),
                EmptyBlocks = true,
                Trunk = trunk,
            };
            var plan = Planner.Plan(model, options);
            Assert.NotEmpty(plan.Branches);
            using var once = Surgeon.Apply(model, plan);
            using var twice = Surgeon.Apply(
                once.Model,
                Planner.Plan(once.Model, options with { Target = new PlanTarget.Ratio(0.2) })
            );
            Assert.True(twice.Certificate.Parameters < once.Certificate.Parameters);

            var path = Path.Combine(Machine.Folder(), "cut.slim");
            using var original = new SlimFile { Network = network, Weights = model.CopyWeights() };
            once.Save(path);
            using var loaded = SlimFile.Load(path);
            Assert.Equal(plan.Branches, loaded.Plan!.Branches);
            Assert.All(Verification.Of(loaded, original), c => Assert.True(c.Holds, c.Detail));
        }
    }

    [Fact]
    public void A_wrong_shift_is_refused()
    {
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network, 1);
        weights["block1.b.conv.weight"].zero_();
        using var wide = weights.Copy(torch.float64);
        var plan = Planner.Plan(network, weights, new() { Target = new PlanTarget.Zeros() });
        var branches = DeadBranches.Of(plan);
        using var slim = branches.Slim(wide);
        slim["block1.add.shift.bias"].add_(1e-6);
        using var folding = ConstantFolding.Of(plan, slim);
        var cut = NetworkCut.Of(folding.Network, plan.Groups);
        var refusal = Assert.Throws<PlanException>(() =>
            Surgeon.Apply(plan, cut, folding, branches, wide, torch.float32, null)
        );
        Assert.Contains("is refused", refusal.Message);
    }

    [Fact]
    public void A_layer_that_no_selection_reads_vanishes_with_what_only_it_has_read()
    {
        var network = DenseNet.Create(13, width: 0.5);
        using var weights = Drawn.Weights(network, 4);
        // Nobody selects what dense2.1 and dense2.2 make: all readers have tiny scales there.
        var prepared = ChannelSelection.Insert(network);
        foreach (var node in network.Nodes.Where(n => n.Layer is BatchNorm))
        {
            var scale = weights[$"{node.Name}.weight"];
            var (from, count) = (Position(network, node, "dense2.1.conv1"), 6);
            if (from >= 0)
                scale.narrow(0, from, count).mul_(1e-6f);
        }
        using var model = new Model(network, weights.Copy());
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.1), Trunk = Trunk.Selection });
        Assert.Empty(plan.Groups.Single(g => g.Group == "dense2.1.conv1").Kept);
        Assert.Empty(plan.Groups.Single(g => g.Group == "dense2.1.bn1.select").Kept);
        using var cut = Surgeon.Apply(model, plan);
        Assert.DoesNotContain(Names(cut.Model.Network), n => n.StartsWith("dense2.1.bn1", StringComparison.Ordinal));
        Assert.DoesNotContain("dense2.1.conv1", Names(cut.Model.Network));
        using var random = Surgeon.Apply(model, RandomControl.Like(plan, 1));
        Assert.True(random.Certificate.Agrees);
    }

    // Where the channels of one node stand in what another reads, or −1.
    private static int Position(Network network, Node reader, string producer)
    {
        var groups = ChannelGroups.Of(network);
        var group = groups.Single(g => g.Name == producer);
        return group.Channels.TryGetValue(reader.Name, out var channels) ? channels[0][0] : -1;
    }

    [Fact]
    public void Exact_zeros_are_cut_and_nothing_else()
    {
        var network = Topologies.All["chain"];
        using var weights = Drawn.Weights(network, 5);
        using (var index = torch.tensor(new long[] { 1, 4 }))
        {
            weights["block2.bn.weight"].index_fill_(0, index, 0f);
            weights["block4.conv.weight"].index_fill_(1, index, 0f);
        }
        var plan = Planner.Plan(network, weights, new() { Target = new PlanTarget.Zeros() });
        int[] Kept(string group) => [.. plan.Groups.Single(g => g.Group == group).Kept];
        Assert.Equal([0, 2, 3, 5, 6, 7], Kept("block2.conv"));
        Assert.Equal([0, 2, 3, 5, 6, 7, 8, 9, 10, 11], Kept("block3.conv"));
        Assert.Equal(8, Kept("block1.conv").Length);
        Assert.Equal(12, Kept("block4.conv").Length);
        // What no reader weighs can go without any trace.
        using var model = new Model(network, Drawn.Weights(network, 5));
        using (torch.no_grad())
            model["block4.conv.weight"].narrow(1, 3, 2).zero_();
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Zeros() }));
        Assert.True(Difference(cut.Model, model) < 1e-6);
        Assert.Equal(10, cut.Model.Network.Shapes["block3.conv"].Channels);
    }

    [Fact]
    public void Shifts_are_dropped_with_zeros_or_emptied_blocks_only()
    {
        Assert.Contains(
            "PlanOptions.DropShifts goes with",
            Assert
                .Throws<PlanException>(() =>
                    new PlanOptions { Target = new PlanTarget.Ratio(0.5), DropShifts = true }.Check()
                )
                .Message
        );
        new PlanOptions { Target = new PlanTarget.Zeros(), DropShifts = true }.Check();
    }

    [Fact]
    public void Momentum_is_cut_as_the_parameters_are()
    {
        var network = Topologies.All["dense"];
        using var weights = Drawn.Weights(network, 6);
        using var model = new Model(network, weights.Copy());
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5) }));
        // Beside the parameters stand the parameters themselves: what is carried must be the cut's.
        using var carried = cut.Carry(weights);
        Assert.All(carried.Names, n => Assert.Equal(0, Numbers.RelativeDifference(carried[n], cut.Model[n])));
        Assert.Equal(cut.Model.named_parameters().Select(p => p.name).Order(), carried.Names);
    }
}
