using System.Text.Json;
using System.Text.Json.Nodes;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using Kernels = SlimSharp.Models.Kernels.DescentKernel;

namespace SlimSharp.Tests.Training;

public class OptimizerChainTests
{
    private static readonly Network Network = Vgg.Create("tiny", [4, 0, 6], 3, new Shape(1, 8, 8));

    public static TheoryData<string> Kinds => [.. OptimizerRuleKind.All.Select(k => k.Name)];

    // Weights and memory after some steps on gradients that are the same for all.
    private static Dictionary<string, double[]> Train(
        Optimizer optimizer,
        torch.ScalarType? type = null,
        double? clip = null,
        int steps = 6
    )
    {
        using var weights = Initialization.Draw(Network, 1);
        using var model = new Model(Network, weights.Copy(type));
        using var state = new TrainingState(model, optimizer, []);
        for (var step = 0; step < steps; step++)
        {
            SetGradients(model, step);
            state.Step(0.05, clip);
        }
        using var end = model.CopyWeights();
        using var checkpoint = state.ToCheckpoint();
        var extras = checkpoint.Optimizer;
        return end
            .Names.Select(n => (n, end.Values(n)))
            .Concat(extras.Names.Select(n => (n, extras.Values(n))))
            .ToDictionary();
    }

    private static void SetGradients(Model model, int step)
    {
        foreach (var (name, _, parameter) in model.Network.Parameters().Where(p => p.Parameter.IsTrained))
        {
            var random = new Randomness(7, Randomness.Name(name), step);
            double[] values = [.. Enumerable.Range(0, (int)parameter.Count).Select(_ => random.NextNormal())];
            using var gradient = Numbers.Tensor(values, [.. parameter.Sizes], model.Type);
            model[name].grad = gradient.clone();
        }
    }

    // Rules as they were before there were chains, one tensor operation after another.
    private static void FormerSgd(torch.Tensor w, torch.Tensor g, torch.Tensor v, Sgd sgd, bool decays)
    {
        if (sgd.WeightDecay != 0 && decays)
            g.add_(w, sgd.WeightDecay);
        v.mul_(sgd.Momentum).add_(g, 1.0);
        w.add_(sgd.Nesterov ? g.add_(v, sgd.Momentum) : v, -0.05);
    }

    private static void FormerAdamW(
        torch.Tensor w,
        torch.Tensor g,
        torch.Tensor m,
        torch.Tensor s,
        AdamW adam,
        int count
    )
    {
        m.mul_(adam.Beta1).add_(g, 1 - adam.Beta1);
        s.mul_(adam.Beta2).addcmul_(g, g, 1 - adam.Beta2);
        var root = s.sqrt().mul_(1 / Math.Sqrt(1 - Math.Pow(adam.Beta2, count))).add_(adam.Epsilon, 1.0);
        w.mul_(1 - 0.05 * adam.WeightDecay);
        w.addcdiv_(m, root, -0.05 / (1 - Math.Pow(adam.Beta1, count)));
    }

    private static Dictionary<string, double[]> Former(
        Action<string, torch.Tensor, torch.Tensor, torch.Tensor[], int> step
    )
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var model = new Model(Network, 1);
        var memory = new Dictionary<string, torch.Tensor[]>();
        for (var count = 1; count <= 6; count++)
        {
            SetGradients(model, count - 1);
            foreach (var (name, _, _) in Network.Parameters().Where(p => p.Parameter.IsTrained))
            {
                memory.TryAdd(name, [torch.zeros_like(model[name]), torch.zeros_like(model[name])]);
                step(name, model[name], model[name].grad!, memory[name], count);
            }
        }
        using var weights = model.CopyWeights();
        return weights.Names.ToDictionary(n => n, weights.Values);
    }

    private static void AssertSame(Dictionary<string, double[]> expected, Dictionary<string, double[]> actual)
    {
        foreach (var (name, values) in expected)
            Assert.Equal(values, actual[name]);
    }

    [Theory]
    [InlineData(false, 0.9, 1e-2, true)]
    [InlineData(true, 0.8, 1e-2, false)]
    [InlineData(false, 0, 0, true)]
    public void Sgd_and_its_chain_have_the_bits_that_it_had_before(
        bool nesterov,
        double momentum,
        double decay,
        bool scales
    )
    {
        var sgd = new Sgd
        {
            Nesterov = nesterov,
            Momentum = momentum,
            WeightDecay = decay,
            DecayScales = scales,
        };
        foreach (var fused in new[] { true, false })
        {
            var former = Former(
                (name, w, g, memory, _) =>
                {
                    var decays = scales || !name.EndsWith("bn.weight", StringComparison.Ordinal);
                    if (fused && Kernels.Fits(w, g, memory[0]))
                        Kernels.Step(
                            [(w, g, memory[0])],
                            0.05f,
                            (float)momentum,
                            (float)(decays ? decay : 0),
                            nesterov
                        );
                    else
                        FormerSgd(w, g, memory[0], sgd, decays);
                }
            );
            AssertSame(former, Train(sgd with { Fused = fused }));
            if (fused)
                AssertSame(Train(sgd), Train(Optimizer.Parse($"{sgd}")));
        }
    }

    [Fact]
    public void Adamw_and_its_chain_have_the_bits_that_it_had_before()
    {
        var adam = new AdamW { WeightDecay = 0.1 };
        var former = Former((_, w, g, memory, count) => FormerAdamW(w, g, memory[0], memory[1], adam, count));
        AssertSame(former, Train(adam));
        AssertSame(Train(adam), Train(Optimizer.Parse($"{adam}")));
    }

    [Fact]
    public void A_chain_goes_rule_by_rule_to_what_its_own_way_computes()
    {
        // A factor of one in front of momentum keeps a chain from the ways that decay and momentum, and Adam, have of
        // their own.
        foreach (
            var (chain, same) in new[]
            {
                ("decay:strength=0.01 rate:factor=1 momentum:share=0.9", "decay:strength=0.01 momentum:share=0.9"),
                ("decay:strength=0.01 rate:factor=1 nesterov:share=0.9", "decay:strength=0.01 nesterov:share=0.9"),
                ("rate:factor=1 adam decay:strength=0.1", "adam decay:strength=0.1"),
                (
                    "decay:strength=0.01 momentum:share=0.9 rate:factor=0.3",
                    "decay:strength=0.01 rate:factor=0.3 momentum:share=0.9"
                ),
                ("momentum:share=0 clip:norm=1e9", "momentum:share=0"),
            }
        )
        {
            var (a, b) = (Train(Optimizer.Parse(chain), torch.float64), Train(Optimizer.Parse(same), torch.float64));
            Assert.All(
                Network.Parameters().Where(p => p.Parameter.IsTrained),
                p => Assert.All(a[p.Name].Zip(b[p.Name]), v => Assert.Equal(v.Second, v.First, 1e-12))
            );
        }
    }

    [Fact]
    public void Decay_with_a_selector_behind_adam_is_what_a_hand_computes()
    {
        var trained = Train(Optimizer.Parse("adam decay:strength=0.2,of=weight"), torch.float64, steps: 2);
        using var start = Initialization.Draw(Network, 1);
        foreach (var (name, _, parameter) in Network.Parameters().Where(p => p.Parameter.IsTrained))
        {
            var (w, decay) = (start.Values(name)[0], parameter.Role == ParameterRole.Weight ? 0.2 : 0);
            var (mean, square) = (0.0, 0.0);
            for (var step = 1; step <= 2; step++)
            {
                var g = new Randomness(7, Randomness.Name(name), step - 1).NextNormal();
                (mean, square) = (0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g * g);
                var root = Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8;
                w -= 0.05 * (mean / (1 - Math.Pow(0.9, step)) / root + decay * w);
            }
            Assert.Equal(w, trained[name][0], 1e-12);
        }
    }

    [Fact]
    public void What_is_frozen_stays_and_nothing_is_remembered_of_it()
    {
        var frozen = Train(Optimizer.Parse("freeze:of=block1.*+bias momentum:share=0.9"));
        using var start = Initialization.Draw(Network, 1);
        foreach (var (name, _, parameter) in Network.Parameters().Where(p => p.Parameter.IsTrained))
        {
            var stays = name.StartsWith("block1.", StringComparison.Ordinal) || parameter.Role == ParameterRole.Bias;
            Assert.Equal(stays, start.Values(name).SequenceEqual(frozen[name]));
            Assert.Equal(!stays, frozen.ContainsKey($"momentum.{name}"));
        }
        Assert.Equal(0, Optimizer.Parse("freeze:of=scale momentum:share=0.9").EffectiveStep(0.1));
        Assert.Equal(
            0.5,
            Optimizer.Parse("decay:strength=1 momentum:share=0.9 rate:factor=0.5,of=scale").EffectiveStep(0.1),
            1e-12
        );
        Assert.Equal(1, Optimizer.Parse("momentum:share=0.9 rate:factor=0.5,of=!scale").EffectiveStep(0.1), 1e-12);
    }

    [Fact]
    public void Rates_of_their_own_are_those_of_the_frameworks_parameter_groups()
    {
        var ours = Train(Optimizer.Parse("decay:strength=0.01 momentum:share=0.9 rate:factor=0.1,of=bias+shift"));
        using var model = new Model(Network, 1);
        TorchSharp.Modules.Parameter[] Those(bool slow) =>
            [
                .. Network
                    .Parameters()
                    .Where(p => p.Parameter.IsTrained)
                    .Where(p => (p.Parameter.Role is ParameterRole.Bias or ParameterRole.Shift) == slow)
                    .Select(p => (TorchSharp.Modules.Parameter)model[p.Name]),
            ];
        using var fast = torch.optim.SGD(Those(false), 0.05, momentum: 0.9, weight_decay: 0.01);
        using var slow = torch.optim.SGD(Those(true), 0.005, momentum: 0.9, weight_decay: 0.01);
        for (var step = 0; step < 6; step++)
        {
            SetGradients(model, step);
            fast.step();
            slow.step();
        }
        Assert.All(
            Network.Parameters().Where(p => p.Parameter.IsTrained),
            p => Assert.All(ours[p.Name].Zip(Numbers.Read(model[p.Name])), v => Assert.Equal(v.Second, v.First, 1e-5))
        );
    }

    [Fact]
    public void Clipping_as_the_first_rule_is_that_of_the_training_and_takes_a_selection()
    {
        AssertSame(Train(new Sgd(), clip: 0.5), Train(Optimizer.Parse($"clip:norm=0.5 {new Sgd()}")));
        var clipped = Train(Optimizer.Parse("clip:norm=0.001,of=weight momentum:share=0"), steps: 1);
        using var start = Initialization.Draw(Network, 1);
        double Norm(ParameterRole role) =>
            Math.Sqrt(
                Network
                    .Parameters()
                    .Where(p => p.Parameter.Role == role)
                    .Sum(p => clipped[p.Name].Zip(start.Values(p.Name), (a, b) => (a - b) * (a - b)).Sum())
            );
        Assert.Equal(0.05 * 0.001, Norm(ParameterRole.Weight), 1e-5);
        Assert.True(Norm(ParameterRole.Shift) > 0.05);
    }

    [Fact]
    public void What_is_remembered_keeps_its_names_and_a_second_of_one_kind_is_numbered()
    {
        string[] trained = [.. Network.Parameters().Where(p => p.Parameter.IsTrained).Select(p => p.Name)];
        string[] Remembered(Optimizer optimizer)
        {
            using var model = new Model(Network, 1);
            using var state = new TrainingState(model, optimizer, []);
            using var checkpoint = state.ToCheckpoint();
            return [.. checkpoint.Optimizer.Names];
        }
        string[] Named(params string[] memory) =>
            [.. memory.SelectMany(m => trained.Select(t => $"{m}.{t}")).Order(StringComparer.Ordinal)];
        Assert.Equal(Named("momentum"), Remembered(new Sgd()));
        Assert.Equal(
            Named("momentum"),
            Remembered(Optimizer.Parse("clip:norm=1 decay:strength=0.1,of=weight momentum:share=0.9"))
        );
        Assert.Equal(Named("mean", "square"), Remembered(new AdamW()));
        Assert.Equal(
            Named("momentum", "momentum-2"),
            Remembered(Optimizer.Parse("momentum:share=0.9 momentum:share=0.5"))
        );
    }

    [Fact]
    public void A_rule_that_is_for_no_parameter_is_refused()
    {
        using var model = new Model(Network, 1);
        var error = Assert.Throws<TrainingException>(() =>
            new TrainingState(model, Optimizer.Parse("freeze:of=blok1.* momentum:share=0.9"), [])
        );
        Assert.Contains("'blok1.*' selects none", error.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_example_of_every_rule_is_read_and_written(string name)
    {
        var kind = OptimizerRuleKind.All.Single(k => k.Name == name);
        var rule = Optimizer.Parse(kind.Example).Rules.Single();
        rule.Check();
        Assert.StartsWith(name, $"{rule}");
        Assert.Equal(rule, Optimizer.Parse($"{rule}").Rules.Single());
        var selected = rule with { Of = new("!weight+fc.*") };
        Assert.Equal(selected, Optimizer.Parse($"{selected}").Rules.Single());
        Assert.NotEqual(selected, rule);
    }

    [Fact]
    public void Selections_are_roles_names_what_regularisers_train_and_all_but_these()
    {
        bool Selects(string text, string name, ParameterRole? role = ParameterRole.Weight) =>
            new ParameterSelector(text).Selects(name, role);
        Assert.True(Selects("all", "x"));
        Assert.True(Selects("weight", "x"));
        Assert.False(Selects("bias", "x"));
        Assert.True(Selects("bias+weight", "x"));
        Assert.False(Selects("!bias+weight", "x"));
        Assert.True(Selects("block1.*", "block1.conv.weight"));
        Assert.False(Selects("block1.*", "block10.conv.weight"));
        Assert.True(Selects("*.bn.*", "block1.bn.weight", ParameterRole.Scale));
        Assert.True(Selects("own", "tied-shift.x", null));
        Assert.False(Selects("own", "x"));
        Assert.True(Selects("!scale", "tied-shift.x", null));
    }

    [Theory]
    [InlineData("", "There is no rule ''")]
    [InlineData("adamax", "There is no rule 'adamax' of an optimiser. Known are decay:strength=1e-4")]
    [InlineData("momentum:share=1", "share=1, but that must be in [0, 1)")]
    [InlineData("momentum", "lacks its parameter 'share'")]
    [InlineData("decay:strength=0.1,of=", "lacks")]
    [InlineData("decay:strength=0.1,of=weight+", "selects no parameters")]
    [InlineData("clip:norm=0 momentum:share=0.9", "norm=0, but that must be positive")]
    [InlineData("freeze:share=1", "has no parameter 'share'; it has of")]
    public void What_is_no_chain_is_refused_in_a_sentence(string text, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<FormatException>(() => Optimizer.Parse(text)).Message);

    [Fact]
    public void Files_hold_chains_and_those_of_before_are_read()
    {
        static TrainingOptions? Read(string json) =>
            JsonSerializer.Deserialize<TrainingOptions>(json, JsonSerializerOptions.Web);
        string Json(Optimizer optimizer) =>
            JsonSerializer.Serialize(new TrainingOptions { Optimizer = optimizer }, JsonSerializerOptions.Web);
        string With(string optimizer)
        {
            var options = JsonNode.Parse(Json(new Sgd()))!;
            options["optimizer"] = JsonNode.Parse(optimizer);
            return options.ToJsonString();
        }
        Assert.Equal(
            new Sgd
            {
                Momentum = 0.8,
                Nesterov = true,
                Fused = false,
                WeightDecay = 0.001,
                DecayScales = false,
            },
            Read(
                With(
                    """{"kind":"sgd","momentum":0.8,"nesterov":true,"fused":false,"weightDecay":0.001,"decayScales":false}"""
                )
            )!.Optimizer
        );
        Assert.Equal(
            new AdamW { Beta1 = 0.8, WeightDecay = 0.01 },
            Read(
                With(
                    """{"kind":"adamw","beta1":0.8,"beta2":0.999,"epsilon":1e-8,"weightDecay":0.01,"decayScales":true}"""
                )
            )!.Optimizer
        );
        foreach (var one in (Optimizer[])[new Sgd(), new AdamW(), Optimizer.Parse("adam decay:strength=0.1,of=weight")])
            Assert.Equal(one, Read(Json(one))!.Optimizer);
        Assert.ThrowsAny<Exception>(() => Read(With("""{"kind":"chain","text":"nothing"}""")));
    }
}
