using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Tests.Slimming;

public class RemovalCapTests
{
    private static readonly Network Network = SlimSharp.Zoo.Vgg.Create("tiny", [40, 0, 24, 0, 60], 10, new(1, 16, 16));

    [Theory]
    [InlineData(64, 4)]
    [InlineData(16, 1)]
    [InlineData(20, 2)]
    [InlineData(512, 26)]
    [InlineData(1, 1)]
    public void Of_a_layer_a_twentieth_stays_and_one(int channels, int least) =>
        Assert.Equal(least, new RemovalCap().Least(channels));

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void Of_all_channels_as_many_go_as_without_it_and_none_that_is_protected(double share)
    {
        using var model = new Model(Network, 2);
        var graph = new NetworkGraph(Network);
        using var weights = model.CopyWeights();
        foreach (var keepsLast in new[] { false, true })
        {
            var cap = new RemovalCap(0.8, keepsLast);
            var plan = Planner.Plan(
                model,
                new()
                {
                    Target = new PlanTarget.Ratio(share),
                    Criterion = "l1",
                    Normalized = true,
                    Cap = cap,
                }
            );
            // By hand: all free channels in one list, those that must stay at its end.
            var free = graph.Groups.Where(g => g.FrozenBecause is null).ToArray();
            var ranked = free.SelectMany(g =>
                {
                    var importance = new MagnitudeCriterion(1).Of(g, new(graph, weights))!;
                    var stay = (
                        keepsLast
                            ? Enumerable.Range(0, g.Units)
                            : Enumerable.Range(0, g.Units).OrderBy(u => importance[u])
                    )
                        .TakeLast((int)(0.2 * g.Units + 1e-9) + 1)
                        .ToHashSet();
                    return importance.Select(
                        (i, u) => (Group: g.Name, Unit: u, Value: stay.Contains(u) ? 1e9 : i / importance.Average())
                    );
                })
                .OrderBy(r => r.Value)
                .ToArray();
            var most = ranked.Count(r => r.Value < 1e9);
            var gone = ranked.Take(Math.Min(most, (int)(ranked.Length * share) + 1)).Select(r => (r.Group, r.Unit));
            Assert.Equal(gone.Order(), plan.Groups.SelectMany(g => g.Removed().Select(u => (g.Group, u))).Order());
        }
    }

    [Fact]
    public void A_plan_with_a_cap_is_stored_read_back_and_cut()
    {
        using var model = new Model(Network, 2);
        var plan = Planner.Plan(
            model,
            new()
            {
                Target = new PlanTarget.Macs(0.1),
                Criterion = "l2",
                Cap = new(0.9, KeepsLast: true),
            }
        );
        Assert.All(
            plan.Groups.Where(g => g.Kept.Length < g.Units),
            g => Assert.True(g.Kept.Length >= g.Units / 10 + 1)
        );
        var read = SlimmingPlan.FromJson(plan.ToJson());
        Assert.Equal(plan.Options.Cap, read.Options.Cap);
        using var cut = Surgeon.Apply(model, read);
        Assert.True(cut.Certificate.Agrees);
    }

    [Fact]
    public void Of_several_cuts_it_is_on_what_goes_of_the_widths_before_the_first()
    {
        using var model = new Model(Network, 2);
        var groups = ChannelGroups.Of(Network).Where(g => g.FrozenBecause is null).ToArray();
        var widths = groups.ToImmutableSortedDictionary(g => g.Name, g => 3 * g.Units);
        var plan = Planner.Plan(
            model,
            new()
            {
                Target = new PlanTarget.Ratio(0.99),
                Criterion = "l2",
                Cap = new(0.9) { Widths = widths },
            }
        );
        Assert.All(
            plan.Groups.Where(g => widths.ContainsKey(g.Group)),
            g => Assert.Equal(3 * g.Units / 10 + 1, g.Kept.Length)
        );
        Assert.Equal(plan.Options.Cap, SlimmingPlan.FromJson(plan.ToJson()).Options.Cap);
        Assert.NotEqual(plan.Options.Cap, new(0.9));
        Assert.NotEqual(plan.Options.Cap, new(0.9) { Widths = widths.SetItem(groups[0].Name, 1) });
    }

    [Theory]
    [InlineData("0.95", 0.95, false)]
    [InlineData("0.5, published", 0.5, true)]
    public void Its_text_form_is_read(string text, double share, bool keepsLast)
    {
        var cap = RemovalCap.Parse(text);
        Assert.Equal(new(share, keepsLast), cap);
        Assert.Equal(cap, RemovalCap.Parse($"{cap}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("95")]
    [InlineData("NaN")]
    [InlineData("0.9,last")]
    [InlineData("0.9,published,published")]
    public void What_is_no_cap_is_refused(string text) =>
        Assert.Contains(
            "0.95",
            Assert.Throws<FormatException>(() => RemovalCap.Parse(text)).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void What_takes_whole_layers_does_not_go_with_it()
    {
        Assert.Throws<PlanException>(() =>
            new PlanOptions
            {
                Target = new PlanTarget.Ratio(0.5),
                EmptyBlocks = true,
                Cap = new(),
            }.Check()
        );
        Assert.Throws<PlanException>(() => new PlanOptions { Target = new PlanTarget.Zeros(), Cap = new() }.Check());
        Assert.Throws<PlanException>(() =>
            new PlanOptions { Target = new PlanTarget.Ratio(0.5), Cap = new(1.5) }.Check()
        );
    }
}
