using CsCheck;
using SlimSharp.Data;
using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Latency;

public class LatencyPlannerTests
{
    private static Model WithScales(Network network, long seed)
    {
        var weights = Initialization.Draw(network, 0);
        var random = new Randomness(seed);
        foreach (var (name, _, parameter) in network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale))
        {
            var size = 0.2 + random.NextDouble(); // layers matter differently
            weights[name] = Numbers.Tensor(
                [.. Enumerable.Range(0, (int)parameter.Count).Select(_ => size * random.NextDouble())],
                [parameter.Count],
                torch.float32
            );
        }
        return new(network, weights);
    }

    private static double Loss(Model model, SlimmingPlan plan)
    {
        using var weights = model.CopyWeights();
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0) };
        var stage = PlanningStage.First(new(new NetworkGraph(model.Network), weights), options);
        return stage.Candidates.Zip(plan.Groups).Sum(p => p.Second.Removed().Sum(u => p.First.Importance![u]));
    }

    [Fact]
    public void Times_of_widths_are_those_of_the_network_that_is_cut_to_them()
    {
        foreach (var network in Topologies.All.Values.Where(n => n.Inputs.Count() == 1))
        {
            using var model = WithScales(network, 3);
            // With one channel left, a depthwise convolution is one like any other.
            var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.4), MinChannels = 2 });
            var table = MadeTable.For(network);
            var times = new WidthTimes(network, ChannelGroups.Of(network), table);
            Assert.Equal(table.Milliseconds(LayerUse.Of(network)), times.Of([.. plan.Groups.Select(g => g.Units)]), 9);
            Assert.Equal(
                table.Milliseconds(LayerUse.Of(plan.Target())),
                times.Of([.. plan.Groups.Select(g => g.Kept.Length)]),
                9
            );
        }
    }

    [Theory]
    [InlineData(WidthChoice.LeastLoss)]
    [InlineData(WidthChoice.Threshold)]
    public void The_target_is_reached_with_widths_that_pay(WidthChoice choice) =>
        (from seed in Gen.Long[1, 1000] from speedup in Gen.Double[1.05, 1.8] select (seed, speedup)).Sample(
            x =>
            {
                using var model = WithScales(Vgg.Create("chain", [16, 24, 0, 32, 32, 0, 48]), x.seed);
                var table = MadeTable.For(model.Network);
                var target = table.Milliseconds(LayerUse.Of(model.Network)) / x.speedup;
                var plan = LatencyPlanner.Plan(model, new() { Target = new PlanTarget.Latency(target) }, table, choice);
                Assert.True(table.Milliseconds(LayerUse.Of(plan.Target())) <= target + 1e-12);
                Assert.All(plan.Groups, g => Assert.True(g.Kept.Length % 4 == 0 || g.Kept.Length == g.Units));
            },
            iter: 20
        );

    [Fact]
    public void Hardly_any_widths_of_brute_force_lose_less() =>
        (
            from seed in Gen.Long[1, 1000]
            from speedup in Gen.Double[1.1, 2]
            from network in Gen.Int[0, 2]
                .Select(i =>
                    new[]
                    {
                        Vgg.Create("chain", [16, 24, 0, 20, 16]),
                        Topologies.All["residual"],
                        Topologies.All["depthwise"],
                    }[i]
                )
            select (seed, speedup, network)
        ).Sample(
            x =>
            {
                using var model = WithScales(x.network, x.seed);
                var table = MadeTable.For(x.network, step: 2);
                var target = table.Milliseconds(LayerUse.Of(x.network)) / x.speedup;
                var options = new PlanOptions { Target = new PlanTarget.Latency(target), RoundTo = 2 };
                var (best, whole) = (
                    BruteForce(model, table, options),
                    Loss(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.999) }))
                );
                if (best is not { } least)
                {
                    Assert.Throws<PlanException>(() => LatencyPlanner.Plan(model, options, table));
                    return;
                }
                var plan = LatencyPlanner.Plan(model, options, table);
                Assert.InRange(Loss(model, plan), least - 1e-9, least + 0.03 * whole);
            },
            iter: 12
        );

    [Fact]
    public void The_least_loss_loses_no_more_than_one_threshold_for_all_layers() =>
        (from seed in Gen.Long[1, 1000] from speedup in Gen.Double[1.1, 1.8] select (seed, speedup)).Sample(
            x =>
            {
                using var model = WithScales(Vgg.Create("chain", [16, 24, 0, 32, 32, 0, 48]), x.seed);
                var table = MadeTable.For(model.Network);
                var options = new PlanOptions
                {
                    Target = new PlanTarget.Latency(table.Milliseconds(LayerUse.Of(model.Network)) / x.speedup),
                };
                Assert.True(
                    Loss(model, LatencyPlanner.Plan(model, options, table))
                        <= Loss(model, LatencyPlanner.Plan(model, options, table, WidthChoice.Threshold)) + 1e-9
                );
            },
            iter: 20
        );

    [Fact]
    public void What_cannot_be_reached_is_said()
    {
        using var model = WithScales(Topologies.All["residual"], 1);
        var table = MadeTable.For(model.Network);
        Assert.Contains(
            "cannot be reached",
            Assert
                .Throws<PlanException>(() =>
                    LatencyPlanner.Plan(model, new() { Target = new PlanTarget.Latency(1e-6) }, table)
                )
                .Message
        );
        Assert.Throws<PlanException>(() => Planner.Plan(model, new() { Target = new PlanTarget.Latency(1) }));
        Assert.Throws<PlanException>(() =>
            LatencyPlanner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5) }, table)
        );
        Assert.Throws<PlanException>(() =>
            LatencyPlanner.Plan(model, new() { Target = new PlanTarget.Latency(1), Trunk = Trunk.Selection }, table)
        );
        Assert.Contains(
            "says nothing of",
            Assert
                .Throws<OnnxException>(() =>
                    LatencyPlanner.Plan(
                        model,
                        new() { Target = new PlanTarget.Latency(1) },
                        MadeTable.For(Topologies.All["normed"])
                    )
                )
                .Message
        );
    }

    private static double? BruteForce(Model model, LatencyTable table, PlanOptions options)
    {
        using var weights = model.CopyWeights();
        var stage = PlanningStage.First(new(new NetworkGraph(model.Network), weights), options);
        var times = new WidthTimes(model.Network, [.. stage.Candidates.Select(c => c.Group)], table);
        var kept = stage.Candidates.Select(c => c.Group.Units).ToArray();
        return From(0, 0);

        double? From(int group, double loss)
        {
            if (group == kept.Length)
                return times.Of(kept) <= ((PlanTarget.Latency)options.Target!).Milliseconds ? loss : null;
            var candidate = stage.Candidates[group];
            if (!candidate.MayGo)
                return From(group + 1, loss);
            var (units, best) = (candidate.Group.Units, (double?)null);
            var ascending = candidate.Importance!.Order().ToArray();
            foreach (var width in Enumerable.Range(1, units).Select(k => options.Width(k, units)).Distinct())
            {
                kept[group] = width;
                if (From(group + 1, loss + ascending.Take(units - width).Sum()) is { } some && !(some >= best))
                    best = some;
            }
            kept[group] = units;
            return best;
        }
    }
}
