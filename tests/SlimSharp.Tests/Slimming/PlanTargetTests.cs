using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CsCheck;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

public class PlanTargetTests
{
    private static readonly Network Small = Vgg.Create("small", [8, 12, 0, 16, 10]);

    // A third of the scales are zero.
    private static Weights Drawn(Network network, long seed)
    {
        var weights = Initialization.Draw(network, 0);
        var random = new Randomness(seed);
        foreach (var (name, _, parameter) in network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale))
            weights[name] = Numbers.Tensor(
                [
                    .. Enumerable
                        .Range(0, (int)parameter.Count)
                        .Select(_ => Math.Max(0, 1.5 * random.NextDouble() - 0.5)),
                ],
                [parameter.Count],
                torch.float32
            );
        return weights;
    }

    private static double[] Scales(Weights weights, string block) => Numbers.Read(weights[$"{block}.bn.weight"]);

    private static IEnumerable<GroupPlan> Blocks(SlimmingPlan plan) =>
        plan.Groups.Where(g => g.Group.StartsWith("block", StringComparison.Ordinal));

    private static PlanTarget.Channels Kept(params (string Layer, int Number)[] kept) => new(kept);

    private static string Refusal(PlanTarget? target, Network? network = null)
    {
        using var weights = Drawn(network ?? Small, 1);
        return Assert
            .Throws<PlanException>(() => Planner.Plan(network ?? Small, weights, new() { Target = target }))
            .Message;
    }

    [Fact]
    public void Below_a_share_of_the_layers_largest_goes_and_nothing_else() =>
        Gen.Select(Gen.Long, Gen.Double[0.001, 1])
            .Sample(
                (seed, share) =>
                {
                    using var weights = Drawn(Small, seed);
                    var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Below(share) });
                    return Blocks(plan)
                        .All(g =>
                        {
                            var scales = Scales(weights, g.Group[..^".conv".Length]);
                            var largest = scales.Max();
                            return scales
                                .Index()
                                .All(s => g.Kept.Contains(s.Index) == (s.Item >= share * largest && s.Item > 0));
                        });
                },
                iter: 60
            );

    [Fact]
    public void A_larger_share_keeps_part_of_what_a_smaller_one_keeps() =>
        Gen.Select(Gen.Long, Gen.Double[0.001, 1], Gen.Double[0.001, 1])
            .Sample(
                (seed, a, b) =>
                {
                    using var weights = Drawn(Small, seed);
                    SlimmingPlan By(double share) =>
                        Planner.Plan(Small, weights, new() { Target = new PlanTarget.Below(share) });
                    var (more, less) = (By(Math.Min(a, b)), By(Math.Max(a, b)));
                    return more.Groups.Zip(less.Groups).All(g => g.Second.Kept.All(g.First.Kept.Contains));
                },
                iter: 30
            );

    [Fact]
    public void A_layer_without_any_importance_keeps_the_least_number()
    {
        using var weights = Drawn(Small, 1);
        using (torch.no_grad())
            weights["block1.bn.weight"].zero_();
        var plan = Planner.Plan(Small, weights, new() { Target = new PlanTarget.Below(0.5), MinChannels = 2 });
        Assert.Equal(2, plan.Groups.Single(g => g.Group == "block1.conv").Kept.Length);
        Assert.Contains(plan.Warnings, w => w.Kind == PlanWarning.EmptiedLayer);
    }

    [Fact]
    public void The_largest_stay_in_the_number_given_and_other_layers_stay_whole() =>
        Gen.Select(Gen.Long, Gen.Int[1, 8], Gen.Int[1, 16])
            .Sample(
                (seed, first, third) =>
                {
                    using var weights = Drawn(Small, seed);
                    var options = new PlanOptions { Target = Kept(("block1.conv", first), ("block3*", third)) };
                    var plan = Planner.Plan(Small, weights, options);
                    bool Holds(GroupPlan group, int number)
                    {
                        var scales = Scales(weights, group.Group[..^".conv".Length]);
                        return group.Kept.Length == number
                            && (
                                number == group.Units
                                || group.Kept.Min(u => scales[u]) >= group.Removed().Max(u => scales[u])
                            );
                    }
                    return plan.Groups.All(g =>
                        g.Group switch
                        {
                            "block1.conv" => Holds(g, first),
                            "block3.conv" => Holds(g, third),
                            _ => g.Kept.Length == g.Units,
                        }
                    );
                },
                iter: 60
            );

    [Fact]
    public void Numbers_per_layer_are_cut_and_certified_and_say_so()
    {
        using var model = new Model(Small, 1);
        var plan = Planner.Plan(model, new() { Target = Kept(("block2.conv", 5)), RoundTo = 4 });
        Assert.Contains("5 asked for, 8 stay", plan.Explain());
        using var cut = Surgeon.Apply(model, plan);
        Assert.True(cut.Certificate.Agrees);
        Assert.Equal(8, cut.Model.Network.Shapes["block2.conv"].Channels);
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name()
    {
        Assert.Contains("PlanOptions.Target is not set", Refusal(null));
        Assert.Contains("must lie in (0, 1]", Refusal(new PlanTarget.Below(0)));
        Assert.Contains("must lie in (0, 1]", Refusal(new PlanTarget.Below(double.NaN)));
        Assert.Contains("must lie in [0, 1)", Refusal(new PlanTarget.Ratio(1)));
        Assert.Contains("names no layer", Refusal(Kept()));
        Assert.Contains("'blok1', which names no layer of small", Refusal(Kept(("blok1", 3))));
        Assert.Contains("'block1.conv' is 0", Refusal(Kept(("block1.conv", 0))));
        Assert.Contains("'block1.conv' has only 8", Refusal(Kept(("block1.conv", 9))));
        Assert.Contains("may not be cut", Refusal(Kept(("classifier", 3))));
        Assert.Contains("give one number", Refusal(Kept(("block1.bn", 3), ("block1.conv", 4))));
        using var weights = Drawn(Small, 1);
        var kept = new PlanOptions { Target = Kept(("block1.conv", 3)), Keep = ["block1*"] };
        Assert.Contains(
            "asked to be kept",
            Assert.Throws<PlanException>(() => Planner.Plan(Small, weights, kept)).Message
        );
    }

    public static TheoryData<string> Kinds => [.. Targets.Keys];

    private static readonly Dictionary<string, PlanTarget> Targets = new()
    {
        ["ratio"] = new PlanTarget.Ratio(0.5),
        ["ratio of layers"] = new PlanTarget.Ratio(0.5, PerLayer: true),
        ["macs"] = new PlanTarget.Macs(0.5),
        ["parameters"] = new PlanTarget.Parameters(0.5),
        ["zeros"] = new PlanTarget.Zeros(),
        ["below"] = new PlanTarget.Below(0.25),
        ["channels"] = Kept(("block1.conv", 3), ("block4*", 7)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_target_is_planned_by_and_read_back_from_the_plan(string name)
    {
        using var weights = Drawn(Small, 3);
        var plan = Planner.Plan(Small, weights, new() { Target = Targets[name] });
        Assert.Contains(plan.Groups, g => g.Kept.Length < g.Units);
        var again = SlimmingPlan.FromJson(plan.ToJson());
        Assert.Equal(Targets[name], again.Options.Target);
        Assert.Equal(plan.ToJson(), again.ToJson());
    }

    [Fact]
    public void Every_kind_of_target_is_tried() =>
        Assert.Equal(
            typeof(PlanTarget).GetNestedTypes().Where(t => t != typeof(PlanTarget.Latency)).Order(ByName),
            Targets.Values.Select(t => t.GetType()).Distinct().Order(ByName)
        );

    private static readonly Comparer<Type> ByName = Comparer<Type>.Create(
        (a, b) => string.CompareOrdinal(a.Name, b.Name)
    );

    [Theory]
    [InlineData("""{ "ratio": 0.5, "zeros": false, "perLayer": false }""", "ratio")]
    [InlineData("""{ "perLayer": true, "ratio": 0.5 }""", "ratio of layers")]
    [InlineData("""{ "ratio": 0.5, "perLayer": true }""", "ratio of layers")]
    [InlineData("""{ "macs": 0.5 }""", "macs")]
    [InlineData("""{ "parameters": 0.5, "ratio": null }""", "parameters")]
    [InlineData("""{ "zeros": true }""", "zeros")]
    public void Targets_of_earlier_plans_are_read_as_what_they_meant(string members, string name) =>
        Assert.Equal(Targets[name], SlimmingPlan.FromJson(WithTarget(members)).Options.Target);

    [Fact]
    public void The_latency_of_an_earlier_plan_is_read() =>
        Assert.Equal(
            new PlanTarget.Latency(2.5),
            SlimmingPlan.FromJson(WithTarget("""{ "milliseconds": 2.5 }""")).Options.Target
        );

    [Theory]
    [InlineData("{}", "not set")]
    [InlineData("""{ "ratio": 0.5, "macs": 0.5 }""", "two targets")]
    [InlineData("""{ "ratio": 0.5, "zeros": true }""", "two targets")]
    [InlineData("""{ "macs": 0.5, "perLayer": true }""", "goes with a ratio")]
    [InlineData("""{ "ratio": 2 }""", "must lie in")]
    [InlineData("""{ "target": { "kind": "luck" } }""", "no plan")]
    [InlineData("""{ "target": { "kind": "channels", "kept": { "block1.conv": 0 } } }""", "1 or more")]
    public void Targets_that_cannot_be_are_refused_when_read(string members, string words) =>
        Assert.Contains(words, Assert.Throws<PlanException>(() => SlimmingPlan.FromJson(WithTarget(members))).Message);

    // A plan's text with these members of its options in place of its target.
    private static string WithTarget(string members)
    {
        using var weights = Drawn(Small, 3);
        var plan = JsonNode.Parse(Planner.Plan(Small, weights, new() { Target = Targets["ratio"] }).ToJson())!;
        var options = plan["options"]!.AsObject();
        options.Remove("target");
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
            options[name] = value?.DeepClone();
        return plan.ToJsonString();
    }
}
