using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

public class PlannerTests
{
    private static readonly Network Small = Vgg.Create("small", [8, 12, 0, 16, 10]);

    // Weights whose scales are the given function of a random number in [0, 1).
    private static Weights Scaled(Network network, long seed, Func<double, double> scale)
    {
        var weights = Initialization.Draw(network, 0);
        var random = new Randomness(seed);
        foreach (var (name, _, parameter) in network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale))
            weights[name] = Numbers.Tensor(
                [.. Enumerable.Range(0, (int)parameter.Count).Select(_ => scale(random.NextDouble()))],
                [parameter.Count],
                torch.float32
            );
        return weights;
    }

    private static int Removed(SlimmingPlan plan) => plan.Groups.Sum(g => g.Units - g.Kept.Length);

    [Theory]
    [InlineData(0.1, 551)]
    [InlineData(0.2, 1101)]
    [InlineData(0.3, 1652)]
    [InlineData(0.4, 2202)]
    [InlineData(0.5, 2753)]
    [InlineData(0.6, 3303)]
    [InlineData(0.7, 3853)]
    [InlineData(0.8, 4404)]
    [InlineData(0.9, 4954)]
    public void The_strict_rule_removes_as_many_as_published(double ratio, int removed)
    {
        using var weights = Scaled(Vgg.Create(19), 1, u => u);
        Assert.Equal(
            removed,
            Removed(Planner.Plan(Vgg.Create(19), weights, new() { Target = new PlanTarget.Ratio(ratio) }))
        );
    }

    [Fact]
    public void A_plan_comes_back_from_its_text()
    {
        using var model = new Model(Topologies.All["dense"], 3);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.4), Trunk = Trunk.Selection });
        Assert.Equal(plan.ToJson(), SlimmingPlan.FromJson(plan.ToJson()).ToJson());
        Assert.Equal(plan.Target(), SlimmingPlan.FromJson(plan.ToJson()).Target());
        Assert.Throws<PlanException>(() => SlimmingPlan.FromJson("{\"groups\": 3}"));
    }

    [Fact]
    public void Removed_scales_are_the_smallest_by_absolute_value_and_ties_go_together()
    {
        using var weights = Scaled(Small, 2, u => Math.Round(u * 10) / 10 * (u < 0.5 ? -1 : 1));
        var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.4) });
        foreach (var group in plan.Groups.Where(g => g.Group.EndsWith(".conv", StringComparison.Ordinal)))
        {
            var scales = weights.Values(group.Group.Replace(".conv", ".bn.weight")).Select(Math.Abs).ToArray();
            Assert.Equal(Enumerable.Range(0, group.Units).Where(i => scales[i] > plan.Threshold), group.Kept);
        }
    }

    [Fact]
    public void Below_the_largest_safe_ratio_no_layer_is_emptied_and_from_it_on_one_is() =>
        Gen.Long.Sample(
            seed =>
            {
                using var weights = Scaled(Small, seed, u => Math.Pow(u, 3));
                var safe = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0) }).EmptiesNoLayerBelow;
                bool Empties(double ratio) =>
                    Planner
                        .Plan(Small, weights, new() { Target = new PlanTarget.Ratio(ratio) })
                        .Groups.Any(g => g.Why.Kind == PlanReasonKind.Emptied);
                return Enumerable.Range(0, 46).All(k => Empties((k + 0.5) / 46) == ((k + 0.5) / 46 >= safe));
            },
            iter: 20
        );

    [Fact]
    public void At_least_the_asked_number_of_channels_stays_and_widths_are_multiples() =>
        Gen.Select(Gen.Long, Gen.Double[0, 0.99], Gen.Int[1, 9], Gen.Int[1, 8])
            .Sample(
                (seed, ratio, least, multiple) =>
                {
                    using var weights = Scaled(Small, seed, u => u);
                    var plan = Planner.Plan(
                        Small,
                        weights,
                        new()
                        {
                            Target = new PlanTarget.Ratio(ratio),
                            MinChannels = least,
                            RoundTo = multiple,
                        }
                    );
                    return plan.Groups.All(g =>
                        g.Kept.Length >= Math.Min(least, g.Units)
                        && g.Kept.Length <= g.Units
                        && (
                            g.Kept.Length % multiple == 0
                            || g.Kept.Length == g.Units
                            || g.Group is "input" or "classifier"
                        )
                    );
                },
                iter: 60
            );

    [Fact]
    public void A_target_is_reached_and_one_channel_less_cut_would_miss_it() =>
        Gen.Select(Gen.Long, Gen.Double[0.1, 0.95], Gen.Bool)
            .Sample(
                (seed, target, macs) =>
                {
                    using var weights = Scaled(Small, seed, u => u);
                    var options = macs
                        ? new PlanOptions { Target = new PlanTarget.Macs(target) }
                        : new PlanOptions { Target = new PlanTarget.Parameters(target) };
                    var plan = Planner.Plan(Small, weights, options);
                    var (before, after) = (NetworkCost.Of(Small), NetworkCost.Of(plan.Target()));
                    double Share(NetworkCost c) =>
                        macs ? (double)c.Macs / before.Macs : (double)c.Parameters / before.Parameters;
                    // Brute force: every number of removed scales, until the first that reaches the target.
                    var least = Enumerable
                        .Range(0, 46)
                        .Select(k =>
                            Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio((k + 0.5) / 46) })
                        )
                        .First(p => Share(NetworkCost.Of(p.Target())) <= target);
                    return Share(after) <= target
                        && plan.Groups.Zip(least.Groups).All(g => g.First.Kept.SequenceEqual(g.Second.Kept));
                },
                iter: 25
            );

    [Fact]
    public void A_target_out_of_reach_is_refused_with_what_can_be_reached()
    {
        using var weights = Scaled(Small, 1, u => u);
        var refusal = Assert.Throws<PlanException>(() =>
            Planner.Plan(Small, weights, new() { Target = new PlanTarget.Parameters(0.3), MinChannels = 8 })
        );
        Assert.Contains("is the least", refusal.Message);
    }

    [Fact]
    public void Kept_layers_are_not_cut_and_do_not_count()
    {
        using var weights = Scaled(Small, 1, u => u);
        var plan = Planner.Plan(
            Small,
            weights,
            new() { Target = new PlanTarget.Ratio(0.5), Keep = ["block1*", "block3.bn"] }
        );
        Assert.Equal(8, plan.Groups.Single(g => g.Group == "block1.conv").Kept.Length);
        Assert.Equal(16, plan.Groups.Single(g => g.Group == "block3.conv").Kept.Length);
        Assert.Equal(22, plan.Scales);
        Assert.Equal(12, Removed(plan));
        Assert.Contains(
            "names no layer",
            Assert
                .Throws<PlanException>(() =>
                    Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.5), Keep = ["blok*"] })
                )
                .Message
        );
    }

    [Fact]
    public void Per_layer_cuts_the_same_share_of_every_layer()
    {
        using var weights = Scaled(Small, 1, u => u);
        var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.5, PerLayer: true) });
        Assert.Equal(
            [3, 5, 7, 4],
            plan.Groups.Where(g => g.Group.StartsWith("block", StringComparison.Ordinal)).Select(g => g.Kept.Length)
        );
    }

    [Fact]
    public void The_plan_warns_where_scales_show_no_gap_and_only_there()
    {
        using var flat = Scaled(Small, 1, u => 0.2 + 0.3 * u);
        Assert.Contains(
            Planner.Plan(Small, flat, new() { Target = new PlanTarget.Ratio(0.5) }).Warnings,
            w => w.Kind == PlanWarning.NoGap && w.Text.Contains("no clear gap", StringComparison.Ordinal)
        );
        using var gap = Scaled(Small, 1, u => u < 0.5 ? 1e-6 * u : u);
        Assert.Empty(Planner.Plan(Small, gap, new() { Target = new PlanTarget.Ratio(0.3) }).Warnings);
    }

    [Fact]
    public void The_plan_warns_where_lost_shifts_move_the_next_layer()
    {
        using var weights = Scaled(Small, 1, u => u < 0.5 ? 1e-6 * u : u);
        Assert.Empty(Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.3) }).Warnings);
        weights["block2.bn.bias"] = torch.full(12, 3f);
        var warning = Assert.Single(
            Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.3) }).Warnings
        );
        Assert.Equal(PlanWarning.LostConstants, warning.Kind);
        Assert.Contains("'block3.bn'", warning.Text);
        weights["block2.bn.bias"] = torch.full(12, -3f); // behind a ReLU nothing comes of it
        Assert.Empty(Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.3) }).Warnings);
    }

    [Fact]
    public void An_emptied_layer_keeps_its_largest_and_the_plan_says_so()
    {
        using var weights = Scaled(Small, 1, u => 0.5 + u);
        weights["block2.bn.weight"] = Numbers.Tensor(
            [.. Enumerable.Range(1, 12).Select(i => i * 1e-4)],
            [12],
            torch.float32
        );
        var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.5) });
        Assert.Equal([11], plan.Groups.Single(g => g.Group == "block2.conv").Kept);
        Assert.Contains(
            plan.Warnings,
            w => w.Text.Contains("'block2.conv' would be emptied", StringComparison.Ordinal)
        );
        Assert.Contains("empty no layer", plan.Explain());
    }

    [Fact]
    public void Random_control_has_the_widths_of_the_plan_and_other_channels()
    {
        using var weights = Scaled(Small, 1, u => u);
        var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Ratio(0.5) });
        var random = RandomControl.Like(plan, 1);
        Assert.Equal(plan.Groups.Select(g => g.Kept.Length), random.Groups.Select(g => g.Kept.Length));
        Assert.Equal(plan.Target(), random.Target());
        Assert.Contains(plan.Groups.Zip(random.Groups), g => !g.First.Kept.SequenceEqual(g.Second.Kept));
        Assert.Equal(random.Groups[2].Kept, RandomControl.Like(plan, 1).Groups[2].Kept);
    }
}
