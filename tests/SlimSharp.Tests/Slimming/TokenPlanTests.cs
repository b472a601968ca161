using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

/// <summary>Plans that keep some tokens at some nodes: cut under a certificate, stored, printed and undone.</summary>
public class TokenPlanTests
{
    private const int Tokens = 6;

    private static Network Network => TokenKinds.Transformer(Tokens);

    // Some, at least one, ascending.
    private static int[] Some(Randomness random, int[] of)
    {
        int[] some = [.. of.Where(_ => random.NextDouble() < 0.6)];
        return some.Length > 0 ? some : [of[random.Next(of.Length)]];
    }

    private static SlimmingPlan Plan(Model model, params (string Node, int[] Kept)[] tokens) =>
        tokens.Aggregate(Planner.Whole(model), (plan, t) => plan.WithTokens(t.Node, t.Kept));

    private static Model Drawn(long seed) => RandomCuts.RandomModel(Network, seed);

    [Fact]
    public void Any_tokens_go_at_any_nodes_with_any_channels_under_a_certificate() =>
        Gen.Long[1, 1000]
            .Sample(
                seed =>
                {
                    using var model = Drawn(seed);
                    using var weights = model.CopyWeights();
                    var random = new Randomness(seed);
                    var first = Some(random, [.. Enumerable.Range(0, Tokens)]);
                    var (second, third) = (Some(random, first), Some(random, first));
                    var plan = RandomCuts
                        .Plan(Network, weights, seed, 0.7)
                        .WithTokens("embedded", first)
                        .WithTokens("first.sum", second)
                        .WithTokens("hidden.silu", Some(random, second));
                    using var cut = Surgeon.Apply(model, plan);
                    Assert.True(cut.Certificate.StructureDifference < 1e-12);
                    Assert.Equal(second.Length, cut.Model.Network.Shapes["second.attention"].Tokens);
                    Assert.Equal(second.Length, cut.Model["again.bias"].shape[0]);
                    var cost = NetworkCost.Of(cut.Model.Network);
                    Assert.Equal((cost.Parameters, cost.Macs), (cut.Certificate.Parameters, cut.Certificate.Macs));
                },
                iter: 12,
                threads: 1
            );

    [Fact]
    public void What_is_left_is_the_network_of_so_many_tokens_on_those_that_stay()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var model = Drawn(3);
        long[] kept = [0, 2, 5];
        using var cut = Surgeon.Apply(model, Plan(model, ("input", [0, 2, 5])));
        // By hand: a network of three tokens, whose constants and weights of tokens are those of the three.
        using var weights = model.CopyWeights();
        var stay = torch.tensor(kept);
        foreach (var (name, axis) in new[] { ("embedded.bias", 0), ("again.bias", 0), ("blend.mix", 1) })
            weights[name] = weights[name].index_select(axis, stay);
        using var small = new Model(TokenKinds.Transformer(kept.Length), weights);
        cut.Model.eval();
        small.eval();
        var x = torch.randn([3, Tokens, 5]);
        var expected = small.call(x.index_select(1, stay));
        Assert.InRange(Numbers.RelativeDifference(cut.Model.call(x), expected), 0, 1e-6);
        Assert.True(Numbers.RelativeDifference(cut.Model.call(x), model.call(x)) > 1e-3);
    }

    [Fact]
    public void Every_wrong_token_and_every_swapped_one_is_caught()
    {
        using var model = Drawn(4);
        int[] kept = [1, 2, 4];
        NetworkCut Cut(string node, int[] tokens) => NetworkCut.Of(Plan(model, (node, tokens)));
        foreach (var node in (string[])["input", "embedded", "first.sum", "second.sum", "hidden.silu"])
        {
            var cut = Cut(node, kept);
            using var check = new StructureCheck(cut, 1);
            Assert.True(check.Difference(cut) < 1e-12);
            bool IsCaught(NetworkCut wrong) => check.Difference(wrong) > Certificate.Tolerance;
            // Another token stays, in all of the network.
            foreach (var place in Enumerable.Range(0, kept.Length))
            foreach (var other in Enumerable.Range(0, Tokens).Except(kept))
            {
                int[] wrong = [.. kept.Where((_, p) => p != place).Append(other).Order()];
                Assert.True(IsCaught(Cut(node, wrong)), $"{node}: {string.Join(' ', wrong)}");
            }
            // One place of one selection or one parameter is another.
            var (select, name) = (0, $"{node}.tokens");
            foreach (var wrong in Wrong(kept))
            {
                select++;
                var selection = new Select([.. wrong]) { Axis = PositionAxis.Tokens };
                var nodes = cut.Target.Nodes.Replace(cut.Target[name], cut.Target[name] with { Layer = selection });
                Assert.True(
                    IsCaught(cut with { Target = new("wrong", nodes, cut.Target.Outputs) }),
                    $"{node} {select}"
                );
                foreach (var (key, places) in cut.Kept.Where(k => k.Value.SequenceEqual(kept.Select(t => (long)t))))
                    Assert.True(
                        IsCaught(cut with { Kept = cut.Kept.SetItem(key, [.. wrong.Select(t => (long)t)]) }),
                        $"{node} {key}"
                    );
            }
        }

        static IEnumerable<int[]> Wrong(int[] kept)
        {
            for (var i = 0; i < kept.Length; i++)
            for (var other = 0; other < Tokens; other++)
            {
                var wrong = kept.ToArray();
                (wrong[i], var was) = (other, wrong[i]);
                if (Array.IndexOf(kept, other) is >= 0 and var swapped)
                    wrong[swapped] = was;
                if (!wrong.SequenceEqual(kept))
                    yield return wrong;
            }
        }
    }

    [Fact]
    public void A_mask_of_other_tokens_or_of_another_value_is_caught()
    {
        using var model = Drawn(5);
        var plan = Plan(model, ("embedded", [0, 1, 4]));
        using var slim = model.CopyWeights(torch.float64);
        using var scope = torch.NewDisposeScope();
        var cut = NetworkCut.Of(plan);
        var inputs = new Dictionary<string, torch.Tensor> { ["input"] = torch.randn([2, Tokens, 5], torch.float64) };
        using var small = new Model(cut.Target, cut.Slice(slim));
        var expected = Certifier.Outputs(small, inputs);
        var masked = cut.Masked(cut.Source);
        double Difference(IReadOnlyDictionary<string, Func<torch.Tensor, torch.Tensor>> taps)
        {
            using var whole = new Model(masked.Network, slim.Copy());
            return Numbers.RelativeDifference(Certifier.Outputs(whole, inputs, taps: taps), expected);
        }
        Assert.InRange(Difference(masked.Taps), 0, 1e-13);
        Assert.Equal(5, masked.Taps.Count); // two attentions, a sum, a mean and a weighted sum
        var others = NetworkCut.Of(Plan(model, ("embedded", [0, 1, 3]))).Masked(cut.Source).Taps;
        foreach (var (node, _) in masked.Taps)
        {
            Assert.True(Difference(masked.Taps.Where(t => t.Key != node).ToDictionary()) > 1e-6, node);
            Assert.True(
                Difference(
                    new Dictionary<string, Func<torch.Tensor, torch.Tensor>>(masked.Taps) { [node] = others[node] }
                ) > 1e-6,
                node
            );
        }
    }

    [Fact]
    public void A_selection_that_is_there_already_takes_the_plan_up()
    {
        var b = new NetworkBuilder("selected", Shape.Sequence(5, 3));
        var x = b.Node(
            "some",
            new Select([4, 0, Select.Zero, 2]) { Axis = PositionAxis.Tokens },
            b.Linear("first", b.Input, 4)
        );
        var network = b.Build(b.Linear("last", b.GlobalAveragePool("mean", x), 2));
        using var model = RandomCuts.RandomModel(network, 1);
        using var cut = Surgeon.Apply(model, Plan(model, ("some", [0, 2])));
        Assert.Equal(new Select([4, Select.Zero]) { Axis = PositionAxis.Tokens }, cut.Model.Network["some"].Layer);
        Assert.Equal(network.Nodes.Length, cut.Model.Network.Nodes.Length);
        // What went before it goes out of it, and what stays is counted anew.
        using var before = Surgeon.Apply(model, Plan(model, ("first", [1, 2, 4])));
        Assert.Equal(
            new Select([2, Select.Zero, 1]) { Axis = PositionAxis.Tokens },
            before.Model.Network["some"].Layer
        );
    }

    [Fact]
    public void A_cut_of_tokens_is_stored_verified_and_cut_again()
    {
        using var model = Drawn(6);
        using var cut = Surgeon.Apply(model, Plan(model, ("embedded", [0, 1, 2, 4]), ("first.sum", [0, 4])));
        var path = Path.Combine(Machine.Folder(), "tokens.slim");
        cut.Save(path);
        using var read = SlimFile.Load(path);
        Assert.Equal(cut.Plan.Tokens, read.Plan!.Tokens);
        using var original = new SlimFile { Network = model.Network, Weights = model.CopyWeights() };
        Assert.All(Verification.Of(read, original), c => Assert.True(c.Holds, $"{c}"));
        using var forged = read with { Plan = read.Plan.WithTokens("first.sum", [1, 4]) };
        Assert.Contains(Verification.Of(forged), c => c is { Name: "units", Holds: false });

        using var twice = Surgeon.Apply(cut.Model, Planner.Whole(cut.Model).WithTokens("embedded.tokens", [0, 1, 3]));
        Assert.Equal(3, twice.Model.Network.Shapes["embedded.tokens"].Tokens);
        using var carried = cut.Carry(model.CopyWeights());
        Assert.Equal(Numbers.Read(cut.Model["again.bias"]), carried.Values("again.bias"));
    }

    [Fact]
    public void A_plan_prints_its_tokens_says_where_it_differs_and_is_undone()
    {
        using var model = Drawn(7);
        var whole = Planner.Whole(model);
        var plan = whole
            .WithTokens("embedded", [0, 3, 4])
            .WithTokens("first.sum", [3], new(PlanReasonKind.ShareOfLargest) { Share = 0.25 });
        Assert.Matches(@"embedded \(tokens\) +6 → 3 +these were asked for", plan.Explain());
        Assert.Matches(@"first.sum \(tokens\) +6 → 1 +25% or more of the layer's largest", plan.Explain());
        var read = SlimmingPlan.FromJson(plan.ToJson());
        Assert.Equal(plan.Tokens, read.Tokens);
        Assert.Equal(plan.Hash(), read.Hash());
        Assert.Empty(plan.DifferencesFrom(read));

        var other = whole.WithTokens("embedded", [0, 2, 4]) with
        {
            Groups = [.. whole.Groups.Select(g => g.Group == "hidden" ? g with { Kept = [0, 1, 6] } : g)],
        };
        Assert.Equal(
            [
                "embedded: tokens 3 stay only here, 2 only there",
                "first.sum: tokens 0 1 2 4 5 stay only there",
                "hidden: channels 2 3 4 5 stay only here",
            ],
            plan.DifferencesFrom(other).Select(d => $"{d}")
        );
        Assert.NotEqual(plan.Hash(), (plan with { Tokens = [plan.Tokens[0]] }).Hash());
        Assert.Empty(plan.Undo("first.sum").Undo("embedded").DifferencesFrom(whole));
        Assert.Empty(other.Undo("hidden").Undo("embedded").DifferencesFrom(whole));
        Assert.Equal(whole.Hash(), plan.Undo("first.sum").Undo("embedded").Hash());
        Assert.Contains("nothing of 'nowhere'", Refusal(() => plan.Undo("nowhere")));
        Assert.Empty(plan.WithTokens("embedded", Enumerable.Range(0, Tokens)).Undo("first.sum").Tokens);
    }

    [Fact]
    public void Plans_from_before_there_were_tokens_are_read_and_have_the_hash_they_had()
    {
        using var model = Drawn(8);
        var plan = Planner.Whole(model);
        var json = JsonNode.Parse(plan.ToJson())!.AsObject();
        Assert.True(json.Remove("tokens"));
        var read = SlimmingPlan.FromJson(json.ToJsonString());
        Assert.Empty(read.Tokens);
        Assert.Equal(plan.Hash(), read.Hash());
    }

    [Theory]
    [InlineData("""{"node":"embedded","tokens":6,"kept":[],"why":{"kind":"Given"}}""", "one at least")]
    [InlineData("""{"node":"embedded","tokens":6,"kept":[2,1],"why":{"kind":"Given"}}""", "ascending")]
    [InlineData("""{"node":"embedded","tokens":6,"kept":[6],"why":{"kind":"Given"}}""", "from 0 to 5")]
    [InlineData("""{"node":"embedded","tokens":6,"kept":[1]}""", "why")]
    public void Tokens_of_a_file_that_cannot_be_are_refused(string tokens, string why)
    {
        using var model = Drawn(9);
        var json = JsonNode.Parse(Planner.Whole(model).ToJson())!;
        json["tokens"] = new JsonArray(JsonNode.Parse(tokens));
        Assert.Contains(why, Refusal(() => SlimmingPlan.FromJson(json.ToJsonString())));
    }

    [Fact]
    public void What_must_stay_and_what_does_not_fit_is_refused_in_a_sentence()
    {
        using var model = Drawn(10);
        string Of(string node, params int[] kept) => Refusal(() => Plan(model, (node, kept)));
        Assert.Equal(
            "The plan keeps tokens of 'nowhere', which is no node of what it leaves of transformer.",
            Of("nowhere", 0)
        );
        Assert.Equal("The plan keeps tokens of 'mean', which is a vector of 7.", Of("mean", 0));
        Assert.Contains("must be numbers from 0 to 5", Of("embedded"));
        Assert.Contains("must be numbers from 0 to 5", Of("embedded", 6));
        Assert.StartsWith(
            "'first.sum' reads the same tokens of 'embedded' and 'first.projection'",
            Of("first.queries", 1)
        );
        Assert.StartsWith("'first.attention' reads the same tokens of 'first.keys'", Of("first.values", 1, 2));
        Assert.Equal(
            "The plan keeps token 2 of 'first.sum', which is gone before that node.",
            Refusal(() => Plan(model, ("embedded", [1, 3]), ("first.sum", [1, 2])))
        );
        Assert.Contains(
            "has 7 tokens, but in the network it has 6",
            Refusal(() =>
                Surgeon.Apply(
                    model,
                    Planner.Whole(model) with
                    {
                        Tokens = [new("embedded", 7, [0], new(PlanReasonKind.Given))],
                    }
                )
            )
        );

        var b = new NetworkBuilder("needy", Shape.Sequence(4, 4));
        var x = b.Linear("first", b.Input, 4);
        string[] outputs =
        [
            b.Flatten("flat", x),
            b.Linear("last", b.Input, 2),
            b.Node("class", new Select([0]) { Axis = PositionAxis.Tokens }, b.Linear("other", b.Input, 3)),
        ];
        using var needy = RandomCuts.RandomModel(b.Build(outputs), 1);
        string In(string node, params int[] kept) => Refusal(() => Plan(needy, (node, kept)));
        Assert.Contains(
            "reach 'flat', which needs all of them: a Flatten puts all of them into one vector",
            In("first", 1)
        );
        Assert.Contains("tokens of 'last', which must stay: it is an output", In("last", 1));
        Assert.Contains("removes all tokens of 'other' that 'class' selects", In("other", 1));
        TokenKinds.Add();
        AddedKinds.Add();
        var silent = new NetworkBuilder("silent", Shape.Sequence(4, 4));
        x = silent.Node("swish", new AddedKinds.Swish(1), silent.Input);
        using var said = RandomCuts.RandomModel(silent.Build(silent.GlobalAveragePool("mean", x)), 1);
        Assert.Contains("Swish does not say how its tokens depend", Refusal(() => Plan(said, ("input", [1]))));
    }

    [Fact]
    public void Layers_of_one_constant_keep_the_same_tokens()
    {
        TokenKinds.Add();
        var b = new NetworkBuilder("shared", Shape.Sequence(4, 3));
        var x = b.Node("one", new TokenKinds.Positions(), b.Linear("a", b.Input, 3));
        var y = b.Again("two", "one", b.Linear("b", b.Input, 3));
        var network = b.Build(b.Concat("both", b.GlobalAveragePool("m", x), b.GlobalAveragePool("n", y)));
        using var model = RandomCuts.RandomModel(network, 1);
        Assert.Contains(
            "'two' computes with the parameters of 'one', which follow tokens",
            Refusal(() => Plan(model, ("a", [1, 2])))
        );
        using var cut = Surgeon.Apply(model, Plan(model, ("input", [1, 2])));
        Assert.Equal(2, cut.Model["one.bias"].shape[0]);
    }

    private static string Refusal(Action act) => Assert.Throws<PlanException>(act).Message;
}
