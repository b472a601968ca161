using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Adding;

/// <summary>The criterion and the channel graph of the pages on adding are planned with and cut.</summary>
public class AddedSlimmingTests
{
    private static readonly PlanOptions Half = new() { Target = new PlanTarget.Parameters(0.5), Criterion = "l2" };

    [Fact]
    public void The_criterion_of_the_page_is_the_distance_from_the_nearest_line_through_a_larger_filter()
    {
        var network = Vgg.Create("tiny", [4, 0, 6], 3, new Shape(1, 8, 8));
        using var weights = Initialization.Draw(network, 4);
        using var still = torch.no_grad();
        using Scalar half = -0.5;
        using (var first = weights["block2.conv.weight"][0])
            weights["block2.conv.weight"][3] = first.mul(half); // does the work of the first
        double[][] filters = [.. Numbers.Read(weights["block2.conv.weight"]).Chunk(36)];
        double Size(double[] f) => f.Sum(v => v * v);
        double Distance(double[] f, double[] g)
        {
            var along = f.Zip(g, (a, b) => a * b).Sum() / Size(g);
            return Math.Sqrt(f.Zip(g, (a, b) => (a - along * b) * (a - along * b)).Sum());
        }
        var group = ChannelGroups.Of(network).Single(g => g.Name == "block2.conv");
        var importance = Rows.Criteria[0].Create(Half).Of(group, new(new NetworkGraph(network), weights))!;
        foreach (var (filter, found) in filters.Zip(importance))
        {
            var larger = filters.Where(g => Size(g) > Size(filter)).Select(g => Distance(filter, g));
            Assert.Equal(larger.Append(Math.Sqrt(Size(filter))).Min(), found, 1e-6);
        }
        Assert.True(importance[3] < 1e-6 && importance[0] > 0.1);
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("residual")]
    public void The_criterion_of_the_page_plans_to_a_target_and_what_is_cut_computes_what_it_computed_masked(
        string name
    )
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All[name];
        using var weights = Drawn.Wide(network, 3).Copy(torch.float64);
        var subject = new PlanSubject(new NetworkGraph(network), weights) { Criterion = new NeighbourCriterion() };
        foreach (var normalized in new[] { false, true })
        {
            var plan = Planner.Plan(subject, Half with { Normalized = normalized });
            var cut = ChannelCut.Of(subject.Graph, plan.Groups);
            Assert.InRange((double)cut.Target.Cost.Parameters / subject.Graph.Cost.Parameters, 0.1, 0.5);
            using var small = new Model(((NetworkGraph)cut.Target).Network, cut.Slice(weights));
            using var masked = new Model(network, cut.Mask(weights));
            small.eval();
            masked.eval();
            var x = torch.randn(network.Inputs.Single() is var i ? network.Shapes[i.Name].Sizes(2) : [], torch.float64);
            Assert.True(Numbers.RelativeDifference(small.forward(x), masked.forward(x)) < 1e-10);
        }
    }

    [Fact]
    public void The_channel_graph_of_the_page_is_planned_and_cut_though_it_is_no_network() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[2, 12], Gen.Int[2, 9], Gen.Long)
            .Sample(
                (users, rank, items, seed) =>
                {
                    using var scope = torch.NewDisposeScope();
                    var graph = new LowRank(users, rank, items);
                    var random = new Randomness(seed);
                    using var weights = new Weights();
                    foreach (var (name, parameter) in graph.Parameters)
                    {
                        double[] drawn =
                        [
                            .. Enumerable.Range(0, (int)parameter.Count).Select(_ => random.NextNormal()),
                        ];
                        weights[name] = Numbers.Tensor(drawn, [.. parameter.Sizes], torch.float64);
                    }
                    var options = new PlanOptions { Target = new PlanTarget.Parameters(0.5), Criterion = "l2" };
                    var plan = Planner.Plan(new PlanSubject(graph, weights), options);
                    var cut = ChannelCut.Of(graph, plan.Groups);
                    using var small = cut.Slice(weights);
                    using var masked = cut.Mask(weights);
                    var left = plan.Groups[0].Kept;
                    // Half of the rank, the longest rows; and the product is that of the columns and rows that stay.
                    double[] norms = [.. weights.Values("items").Chunk(items).Select(r => r.Sum(v => v * v))];
                    var kept = torch.tensor([.. left.Select(u => (long)u)]);
                    var expected = weights["users"].index_select(1, kept).mm(weights["items"].index_select(0, kept));
                    return cut.Target.Cost.Macs == rank / 2 * (users + items)
                        && left.Length == rank / 2
                        && plan.Groups[0].Removed().Max(u => norms[u]) <= left.Min(u => norms[u])
                        && Numbers.RelativeDifference(small["users"].mm(small["items"]), expected) < 1e-12
                        && Numbers.RelativeDifference(masked["users"].mm(masked["items"]), expected) < 1e-12;
                },
                iter: 30
            );
}
