using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

using Linear = SlimSharp.Networks.Linear;

/// <summary>Channels that meet in a product of values: attention, its cuts held against plain loops.</summary>
public class AttentionTests
{
    private const int Tokens = 5;
    private const int Heads = 4;
    private const int PerKey = 2;
    private const int PerValue = 3;
    private const int Width = 6;
    private const double Scale = 0.7;

    /// <summary>A block as in a transformer: attention between linear layers, added to what it read.</summary>
    internal static Network Block(bool byPlace)
    {
        Attention.Add();
        var b = new NetworkBuilder("block", Shape.Sequence(Tokens, Width));
        var q = b.Linear("queries", b.Input, Heads * PerKey);
        // A bias would be added to all logits of a query alike, and show nowhere.
        var k = b.Node("keys", new Linear(Heads * PerKey) { Bias = false }, b.Input);
        var v = b.Linear("values", b.Input, Heads * PerValue);
        var x = b.Node("attention", new Attention(Heads, Scale) { ByPlace = byPlace }, q, k, v);
        x = b.GlobalAveragePool("mean", b.Add("sum", b.Input, b.Linear("projection", x, Width)));
        return b.Build(b.Linear("classifier", x, 3));
    }

    [Fact]
    public void Whole_heads_fall_together_in_queries_keys_values_and_output()
    {
        var heads = ChannelGroups.Of(Block(byPlace: false)).Single(g => g.FrozenBecause is null);
        Assert.Equal(Heads, heads.Units);
        Assert.Equal(["attention", "keys", "queries", "values"], heads.Channels.Keys);
        Assert.Equal([2, 3], heads.Channels["queries"][1]);
        Assert.Equal([2, 3], heads.Channels["keys"][1]);
        Assert.Equal([3, 4, 5], heads.Channels["values"][1]);
        Assert.Equal([3, 4, 5], heads.Channels["attention"][1]);
        Assert.Equal(["keys", "queries"], heads.ReadAsValues);
        Assert.Equal(
            [
                .. new[] { "keys.weight", "projection.weight", "queries.bias", "queries.weight" },
                .. new[] { "values.bias", "values.weight" },
            ],
            heads.Slices.Select(s => s.Parameter).Order()
        );
    }

    [Fact]
    public void The_same_places_of_all_heads_fall_together_on_their_own_in_queries_with_keys_and_values_with_output()
    {
        var groups = ChannelGroups.Of(Block(byPlace: true)).Where(g => g.FrozenBecause is null).ToArray();
        Assert.Equal(["queries", "values"], groups.Select(g => g.Name));
        Assert.Equal([PerKey, PerValue], groups.Select(g => g.Units));
        Assert.Equal(["keys", "queries"], groups[0].Channels.Keys);
        Assert.Equal([1, 3, 5, 7], groups[0].Channels["keys"][1]);
        Assert.Equal(["attention", "values"], groups[1].Channels.Keys);
        Assert.Equal([2, 5, 8, 11], groups[1].Channels["attention"][2]);
        Assert.Empty(groups[1].ReadAsValues);
    }

    [Fact]
    public void Heads_are_cut_under_a_certificate_and_what_is_left_is_what_loops_compute()
    {
        using var scope = torch.NewDisposeScope();
        var network = Block(byPlace: false);
        using var model = new Model(network, Drawn.Weights(network, 1));
        using var cut = Cut(model, Keep("queries", Heads, 0, 2));
        Assert.True(cut.Certificate.StructureDifference < 1e-12);
        Assert.Equal(new Attention(2, Scale), cut.Model.Network["attention"].Layer);
        Assert.Equal(NetworkCost.Of(cut.Model.Network).Macs, cut.Certificate.Macs);

        var x = torch.randn([2, Tokens, Width], torch.float32);
        cut.Model.eval();
        var expected = Loops(model, x, head => head is 0 or 2, _ => true, _ => true);
        Assert.InRange(Difference(cut.Model.call(x), expected), 0, 1e-5);
        Assert.True(
            Difference(cut.Model.call(x), Loops(model, x, head => head is 0 or 1, _ => true, _ => true)) > 1e-3
        );

        var path = Path.Combine(Machine.Folder(), "heads.slim");
        using (var file = cut.ToFile())
            file.Save(path);
        using var read = SlimFile.Load(path);
        Assert.DoesNotContain(Verification.Of(read), c => c.Holds == false);
    }

    [Fact]
    public void Heads_get_narrower_under_a_certificate_that_masks_queries_and_keys_where_they_meet()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new Model(Block(byPlace: true), Drawn.Weights(Block(byPlace: true), 2));
        using var cut = Cut(model, Keep("queries", PerKey, 1), Keep("values", PerValue, 0, 2));
        Assert.True(cut.Certificate.StructureDifference < 1e-12);
        Assert.Equal([Heads, Heads, 2 * Heads], Widths(cut.Model.Network, "queries", "keys", "values"));
        var x = torch.randn([2, Tokens, Width], torch.float32);
        cut.Model.eval();
        Assert.InRange(Difference(cut.Model.call(x), Loops(model, x, _ => true, c => c == 1, c => c != 1)), 0, 1e-5);
        Assert.True(Difference(cut.Model.call(x), Loops(model, x, _ => true, c => c == 0, c => c != 1)) > 1e-3);
    }

    [Fact]
    public void Removed_tokens_are_those_that_a_mask_takes_out_of_the_keys_and_nobody_reads()
    {
        Attention.Add();
        int[] kept = [0, 2, 3];
        Network Network(bool cut)
        {
            var b = new NetworkBuilder("tokens", Shape.Sequence(Tokens, Width));
            var mask = b.Node("mask", new Input(Shape.Sequence(Tokens, 1)));
            string Left(string name, string of) =>
                cut ? b.Node(name, new Select([.. kept]) { Axis = PositionAxis.Tokens }, of) : of;
            var x = Left("left", b.Activation("tanh", b.Linear("embedding", b.Input, Width), ActivationFunction.Tanh));
            var (q, k) = (b.Linear("queries", x, Heads * PerKey), b.Linear("keys", x, Heads * PerKey));
            var v = b.Linear("values", x, Heads * PerValue);
            x = b.Node("attention", new Attention(Heads, Scale), q, k, v, Left("left.mask", mask));
            var first = b.Node(
                "first",
                new Select([0]) { Axis = PositionAxis.Tokens },
                b.Linear("projection", x, Width)
            );
            return b.Build(b.Linear("classifier", b.Flatten("flat", first), 3));
        }
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var weights = Drawn.Wide(Network(cut: false), 5);
        using var whole = new Model(Network(cut: false), weights.Copy());
        using var small = new Model(Network(cut: true), weights.Copy());
        var inputs = new Dictionary<string, torch.Tensor>
        {
            ["input"] = torch.randn([2, Tokens, Width], torch.float64),
            ["mask"] = torch.zeros([2, Tokens, 1], torch.float64),
        };
        using Scalar never = double.NegativeInfinity;
        using var gone = torch.tensor(Enumerable.Range(0, Tokens).Except(kept).Select(t => (long)t).ToArray());
        var taps = new Dictionary<string, Func<torch.Tensor, torch.Tensor>>
        {
            ["mask"] = mask => mask.index_fill(1, gone, never),
        };
        using var cut = Certifier.Outputs(small, inputs);
        using var masked = Certifier.Outputs(whole, inputs, taps: taps);
        using var unmasked = Certifier.Outputs(whole, inputs);
        Assert.InRange(Numbers.RelativeDifference(cut, masked), 0, 1e-13);
        Assert.True(Numbers.RelativeDifference(cut, unmasked) > 1e-4);
        Assert.True(NetworkCost.Of(small.Network).Macs < NetworkCost.Of(whole.Network).Macs, "fewer tokens cost less");
    }

    [Fact]
    public void Fewer_multiply_adds_are_planned_by_weights_and_the_plan_is_carried_out()
    {
        var network = Block(byPlace: false);
        using var model = new Model(network, Drawn.Weights(network, 3));
        var options = new PlanOptions
        {
            Target = new PlanTarget.Macs(0.7),
            Criterion = CriterionKind.All.First(k => k.Name == "l1").Name,
        };
        using var cut = Surgeon.Apply(model, Planner.Plan(model, options));
        Assert.InRange(NetworkCost.Of(cut.Model.Network).Macs, 1, 0.7 * NetworkCost.Of(network).Macs);
    }

    private static int[] Widths(Network network, params string[] nodes) =>
        [.. nodes.Select(n => network.Shapes[n].Channels)];

    private static SlimmingPlan Keep(Network network, Weights weights, GroupPlan[] plans) =>
        new()
        {
            Source = network,
            WeightsHash = weights.Hash(),
            Options = new() { Target = new PlanTarget.Ratio(0) },
            Groups = [.. plans],
        };

    private static GroupPlan Keep(string group, int units, params int[] kept) =>
        new(group, units, [.. kept], new(PlanReasonKind.AtRandom));

    private static SurgeryResult Cut(Model model, params GroupPlan[] plans)
    {
        using var weights = model.CopyWeights();
        return Surgeon.Apply(model, Keep(model.Network, weights, plans));
    }

    private static double Difference(torch.Tensor ours, double[,] theirs) =>
        Numbers.Read(ours).Zip(theirs.Cast<double>(), (a, b) => Math.Abs(a - b)).Max()
        / theirs.Cast<double>().Max(Math.Abs);

    // The block in plain loops, without heads, key places and value places that are not kept.
    private static double[,] Loops(
        Model model,
        torch.Tensor input,
        Func<int, bool> head,
        Func<int, bool> key,
        Func<int, bool> value
    )
    {
        double[][] Linear(string name, double[][] rows)
        {
            var w = Numbers.Read(model[$"{name}.weight"]);
            var b = name == "keys" ? new double[Heads * PerKey] : Numbers.Read(model[$"{name}.bias"]);
            return
            [
                .. rows.Select(r =>
                    b.Select((s, o) => s + r.Select((v, i) => v * w[o * r.Length + i]).Sum()).ToArray()
                ),
            ];
        }
        var (samples, numbers) = ((int)input.shape[0], Numbers.Read(input));
        var results = new double[samples, 3];
        for (var n = 0; n < samples; n++)
        {
            double[][] x =
            [
                .. Enumerable
                    .Range(0, Tokens)
                    .Select(t => numbers[((n * Tokens + t) * Width)..((n * Tokens + t + 1) * Width)]),
            ];
            var (q, k, v) = (Linear("queries", x), Linear("keys", x), Linear("values", x));
            double[][] made = [.. x.Select(_ => new double[Heads * PerValue])];
            foreach (var h in Enumerable.Range(0, Heads).Where(head))
            {
                for (var t = 0; t < Tokens; t++)
                {
                    double[] weights =
                    [
                        .. Enumerable
                            .Range(0, Tokens)
                            .Select(s =>
                                Math.Exp(
                                    Scale
                                        * Enumerable
                                            .Range(0, PerKey)
                                            .Where(key)
                                            .Sum(c => q[t][h * PerKey + c] * k[s][h * PerKey + c])
                                )
                            ),
                    ];
                    foreach (var c in Enumerable.Range(0, PerValue).Where(value))
                        made[t][h * PerValue + c] =
                            weights.Select((w, s) => w * v[s][h * PerValue + c]).Sum() / weights.Sum();
                }
            }
            var sum = Linear("projection", made).Zip(x, (a, b) => a.Zip(b, (c, d) => c + d).ToArray()).ToArray();
            double[] mean = [.. Enumerable.Range(0, Width).Select(c => sum.Average(s => s[c]))];
            var scores = Linear("classifier", [mean])[0];
            for (var o = 0; o < 3; o++)
                results[n, o] = scores[o];
        }
        return results;
    }
}
