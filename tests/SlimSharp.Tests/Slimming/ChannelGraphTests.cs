using System.Collections.Immutable;
using CsCheck;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;

namespace SlimSharp.Tests.Slimming;

public class ChannelGraphTests
{
    private static readonly Gen<(TwoLayers Graph, long Seed)> Drawn = Gen.Select(
        Gen.Select(Gen.Int[1, 5], Gen.Int[2, 12], Gen.Int[1, 4], (i, h, o) => new TwoLayers(i, h, o)),
        Gen.Long
    );

    private static readonly PlanOptions Half = new() { Target = new PlanTarget.Macs(0.5), Criterion = "l2" };

    [Fact]
    public void What_is_no_network_is_planned_by_importance_and_reaches_its_target() =>
        Drawn.Sample(
            (graph, seed) =>
            {
                using var weights = graph.Draw(seed);
                var plan = Planner.Plan(new(graph, weights), Half);
                var hidden = plan.Groups.Single(g => g.Group == "hidden");
                var values = weights.Values("a.weight");
                double[] norms = [.. values.Chunk(graph.Inputs).Select(row => Math.Sqrt(row.Sum(v => v * v)))];
                // As many of the largest as half of the multiply-adds allow.
                return hidden.Kept.Length == graph.Hidden / 2
                    && hidden.Removed().Max(u => norms[u]) <= hidden.Kept.Min(u => norms[u])
                    && plan.Groups.Where(g => g.Group != "hidden").All(g => g.Kept.Length == g.Units);
            },
            iter: 50
        );

    [Fact]
    public void What_is_no_network_computes_after_a_cut_what_it_computes_masked() =>
        Drawn.Sample(
            (graph, seed) =>
            {
                using var weights = graph.Draw(seed);
                var cut = ChannelCut.Of(graph, Planner.Plan(new(graph, weights), Half).Groups);
                using var small = cut.Slice(weights);
                using var masked = cut.Mask(weights);
                double[] inputs = [.. Enumerable.Range(1, graph.Inputs).Select(i => Math.Sin(i))];
                var (one, other) = (TwoLayers.Run(small, inputs), TwoLayers.Run(masked, inputs));
                return ((TwoLayers)cut.Target).Hidden == graph.Hidden / 2
                    && small.Values("a.weight").Length == graph.Hidden / 2 * graph.Inputs
                    && one.Zip(other).All(p => Math.Abs(p.First - p.Second) < 1e-12);
            },
            iter: 50
        );

    [Fact]
    public void What_cannot_be_is_refused_of_what_is_no_network_too()
    {
        var graph = new TwoLayers(2, 4, 2);
        using var weights = graph.Draw(1);
        string Refusal(PlanOptions options) =>
            Assert.Throws<PlanException>(() => Planner.Plan(new(graph, weights), options)).Message;
        Assert.Contains(
            "'out', which may not be cut: it is an output",
            Refusal(Half with { Target = Channels("out") })
        );
        Assert.Contains("names no layer of two layers", Refusal(Half with { Target = Channels("middle") }));
        Assert.Contains("PlanOptions.Keep has middle", Refusal(Half with { Keep = ["middle"] }));
        Assert.Contains("PlanOptions.Trunk", Refusal(Half with { Trunk = Trunk.Selection }));
        Assert.Contains("PlanOptions.Criterion = l1", Refusal(Half with { Criterion = "scale" }));
        Assert.Contains(
            "must stay: it is an input",
            Assert
                .Throws<PlanException>(() => ChannelCut.Of(graph, [new("in", 2, [0], new(PlanReasonKind.AtRandom))]))
                .Message
        );
    }

    [Fact]
    public void Units_are_chosen_by_a_program_of_its_own()
    {
        using var model = new Model(Topologies.All["chain"], 1);
        var plan = Planner.Plan(
            model,
            new() { Target = new PlanTarget.Latency(1) },
            stage =>
                stage.Decide([.. stage.Candidates.Select(c => c.Keep(c.Widths()[0], new(PlanReasonKind.LeastLoss)))])
        );
        Assert.All(
            plan.Groups.Zip(ChannelGroups.Of(model.Network)),
            g => Assert.Equal(g.Second.FrozenBecause is null ? 1 : g.Second.Units, g.First.Kept.Length)
        );
        using var cut = Surgeon.Apply(model, plan);
        Assert.True(cut.Certificate.Agrees);
    }

    private static PlanTarget.Channels Channels(string layer) =>
        new(ImmutableSortedDictionary<string, int>.Empty.Add(layer, 1));
}
