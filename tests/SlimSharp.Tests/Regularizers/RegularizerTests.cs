using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

public class RegularizerTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 160)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Network = Vgg.Create("tiny", [6, 0, 8, 0, 8], 10, new Shape(1, 28, 28));
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 4,
        BatchSize = 32,
        Augmentation = new(2, true),
        Seed = 5,
    };

    private static readonly Model Teacher = new(Network, 77);

    private static readonly Dictionary<string, Func<Model, Regularizer[]>> Methods = new()
    {
        ["subgradient"] = _ => [new ScalePenalty(new TransformedL1(1), 0.02)],
        ["prox"] = _ => [new ProximalPenalty(new TransformedL1(1), 0.02)],
        ["splitting"] = m => [new ProximalSplitting(m, new L1(), 1, 10, 5)],
        ["variational"] = m => [new VariationalScales(m, 160, new() { Weight = 0.003, Rate = 1e-3 }, 5)],
        ["distillation"] = _ => [new Distillation(Teacher, 3, 0.5)],
        ["ortho"] = m => [new Orthonormality(m.Network, 0.01)],
        ["zeros kept"] = m => [new KeptZeros(m)],
        ["steered prox"] = m => Steered(m, new ProximalPenalty(new TransformedL1(1), 0.02)),
        ["prox with a teacher"] = _ => [new ProximalPenalty(new L1(), 0.02), new Distillation(Teacher)],
        ["mixup"] = _ => [new Mixup(0.4, 10, 5)],
        ["weights"] = _ => [new WeightPenalty(new L1(), 1e-3)],
        ["flow"] = m => [new FeatureFlow(m.Network, new() { Length = 0.1, Stages = FlowStages.Aligned })],
        ["two flows"] = m =>
            [
                new FeatureFlow(
                    m.Network,
                    new() { Nodes = ["block1.relu", "block2.relu"], Stages = FlowStages.Aligned }
                ),
                new FeatureFlow(m.Network, new() { Norm = FlowNorm.Angle, Stages = FlowStages.Aligned }),
            ],
        ["two penalties"] = _ => [new ScalePenalty(new L1(), 0.01), new ScalePenalty(new TransformedL1(1), 0.01)],
        ["two splittings"] = m =>
            [new ProximalSplitting(m, new L1(), 1, 10, 5), new ProximalSplitting(m, new L1(), 2, 5, 6)],
        ["two variational"] = m =>
        {
            var first = new VariationalScales(m, 160, new() { Weight = 0.003, Rate = 1e-3 }, 5);
            return [first, new VariationalScales(m, 160, new() { Weight = 0.003, Rate = 1e-3 }, 6, tiedTo: first)];
        },
        ["two steered"] = m =>
            [
                .. Steered(m, new ProximalPenalty(new TransformedL1(1), 0.02)),
                .. Steered(m, new ScalePenalty(new L1(), 0.02)),
            ],
    };

    private static Regularizer[] Steered(Model model, ScaleRegularizer method) =>
        [new LambdaSteering(model, method, Options, new() { TargetMacs = 0.5 }), method];

    // A model some of whose scales are zero from the start.
    private static Model Start(long seed)
    {
        var model = new Model(Network, seed);
        using var still = torch.no_grad();
        foreach (var scale in model.Scales)
            scale[1] = torch.zeros(1)[0];
        return model;
    }

    public static TheoryData<string> Names => [.. Methods.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_method_resumes_from_any_checkpoint_to_the_same_bits(string name)
    {
        var checkpoints = new List<Checkpoint>();
        using var whole = Start(5);
        var method = Methods[name](whole);
        var end = new Trainer(Options, method)
        {
            Save = c => checkpoints.Add(c.Copy()),
            SaveEvery = TimeSpan.Zero,
        }.Train(whole, Set, Set, Norm);
        using var expected = whole.CopyWeights();
        Assert.True(checkpoints.Count >= 12);
        foreach (var checkpoint in checkpoints.Where((_, i) => i % 5 == 2).Append(checkpoints[^1]))
        {
            using var model = Start(5);
            var anew = Methods[name](model);
            var position = new Trainer(Options, anew).Train(model, Set, Set, Norm, checkpoint);
            using var resumed = model.CopyWeights();
            Assert.Equal(expected.Hash(), resumed.Hash());
            Assert.Equal(Lines(end), Lines(position));
            foreach (var regularizer in anew)
                regularizer.Dispose();
        }
        foreach (var regularizer in method)
            regularizer.Dispose();
        foreach (var checkpoint in checkpoints)
            checkpoint.Dispose();
    }

    private static string[] Lines(TrainingPosition position) =>
        [.. position.History.Select(m => JsonSerializer.Serialize(m with { Seconds = 0 }))];

    [Fact]
    public void The_distillation_loss_is_what_a_hand_computes()
    {
        using var scope = torch.NewDisposeScope();
        using var method = new Distillation(Teacher, temperature: 2, weight: 0.5);
        var student = torch.tensor(new[] { 1.0, 3.0, 0.0, 0.0 }, [2, 2]);
        var teacher = torch.tensor(new[] { 2.0, 0.0, 1.0, -1.0 }, [2, 2]);
        // Both rows of the teacher have a difference of 2, hence 1 at T = 2: p = 1/(1 + e⁻¹). The student's: −1 and 0.
        var p = 1 / (1 + Math.Exp(-1));
        double Divergence(double q) => p * Math.Log(p / q) + (1 - p) * Math.Log((1 - p) / (1 - q));
        var expected = 0.5 * 4 * (Divergence(1 / (1 + Math.E)) + Divergence(0.5)) / 2;
        Assert.Equal(expected, method.Term(student, teacher).item<double>(), 1e-12);
    }

    [Fact]
    public void A_student_becomes_like_its_teacher()
    {
        double Distance(Model model)
        {
            using var scope = torch.NewDisposeScope();
            using var still = torch.no_grad();
            using var batch = ImageBatches.InOrder(Set, Norm).Make([.. Enumerable.Range(0, 64)]);
            model.eval();
            Teacher.eval();
            var (a, b) = (
                torch.softmax(model.forward(batch.Images), 1),
                torch.softmax(Teacher.forward(batch.Images), 1)
            );
            return (a - b).abs().mean().item<float>();
        }
        using var alone = new Model(Network, 5);
        using var taught = new Model(Network, 5);
        new Trainer(Options).Train(alone, Set, null, Norm);
        new Trainer(Options, new Distillation(Teacher, 1, 20)).Train(taught, Set, null, Norm);
        Assert.True(Distance(taught) < 0.7 * Distance(alone), $"{Distance(taught)} against {Distance(alone)}");
    }

    [Fact]
    public void Zeros_stay_exactly_zero_through_retraining()
    {
        using var model = Start(3);
        string[] shifts =
        [
            .. Network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Shift).Select(p => p.Name),
        ];
        using (torch.no_grad())
        {
            foreach (var shift in shifts)
                model[shift].fill_(0.25);
        }
        using var method = new KeptZeros(model);
        Assert.Equal(3, method.Count);
        new Trainer(Options with { Optimizer = new Sgd { WeightDecay = 0.01 } }, method).Train(model, Set, null, Norm);
        Assert.All(model.Scales, s => Assert.Equal(0, s[1].item<float>()));
        Assert.All(shifts, s => Assert.Equal(0.25f, model[s][1].item<float>()));
        Assert.All(shifts, s => Assert.NotEqual(0.25f, model[s][0].item<float>()));
        Assert.All(
            model.Scales,
            s => Assert.Equal(1, Enumerable.Range(0, (int)s.numel()).Count(i => s[i].item<float>() == 0))
        );
    }

    [Fact]
    public void Proximal_training_reports_its_exact_zeros()
    {
        using var model = new Model(Network, 5);
        using var method = new ProximalPenalty(new L1(), 0.05);
        var end = new Trainer(Options, method).Train(model, Set, null, Norm);
        var scales = BatchNormScales.Values(model);
        Assert.Contains(0.0, scales);
        Assert.Equal(scales.Count(s => s == 0) / (double)scales.Length, end.History[^1].Zero);
        Assert.True(end.History[^1].NearZero >= end.History[^1].Zero);
    }

    [Fact]
    public void Scales_can_be_spared_from_weight_decay()
    {
        foreach (
            Func<bool, Optimizer> rule in (Func<bool, Optimizer>[])
                [
                    decays => new Sgd { WeightDecay = 0.1, DecayScales = decays },
                    decays => new Sgd
                    {
                        WeightDecay = 0.1,
                        DecayScales = decays,
                        Fused = false,
                    },
                    decays => new AdamW { WeightDecay = 0.1, DecayScales = decays },
                    decays => Optimizer.Parse($"decay:strength=0.1{(decays ? "" : ",of=!scale")} momentum:share=0.9"),
                    decays => Optimizer.Parse($"adam decay:strength=0.1,of={(decays ? "all" : "weight+bias+shift")}"),
                ]
        )
        {
            foreach (var decays in new[] { true, false })
            {
                using var model = new Model(Network, 1);
                using var state = new TrainingState(model, rule(decays), []);
                foreach (var parameter in model.parameters())
                    parameter.grad = torch.zeros_like(parameter);
                var before = model["block1.conv.weight"].detach().abs().sum().item<float>();
                state.Step(0.1, null);
                Assert.All(
                    BatchNormScales.Values(model),
                    s => Assert.Equal(decays ? Initialization.Scale * 0.99 : Initialization.Scale, s, 1e-6)
                );
                Assert.Equal(
                    0.99 * before,
                    model["block1.conv.weight"].detach().abs().sum().item<float>(),
                    1e-3 * before
                );
            }
        }
    }

    [Theory]
    [InlineData("l1")]
    [InlineData("tl1:a=1")]
    [InlineData("lp:p=0.5")]
    [InlineData("mcp:knee=0.75")]
    [InlineData("scad:knee=0.75,flat=0.375")]
    public void The_least_lambda_just_brings_an_idle_scale_to_zero(string text)
    {
        var penalty = Penalty.Parse(text);
        var options = Options with
        {
            Epochs = 40,
            LearningRate = new StepDecay { Initial = 0.05 },
        };
        const int Steps = 50;
        var least = LambdaRange.Least(penalty, options, Steps);
        double End(double lambda)
        {
            var (scale, velocity) = (Initialization.Scale, 0.0);
            for (var i = 0; i < Steps * options.Epochs; i++)
            {
                var rate = options.LearningRate.At(i / (double)(Steps * options.Epochs));
                velocity = 0.9 * velocity + lambda * penalty.Derivative(scale);
                scale = penalty.Prox(scale - rate * velocity, 0);
                if (scale <= 0)
                    return 0;
            }
            return scale;
        }
        Assert.Equal(0, End(1.05 * least));
        Assert.True(End(0.9 * least) > 0.01, $"{End(0.9 * least)}");
    }

    [Fact]
    public void Where_the_penalty_is_flat_no_lambda_is_enough() =>
        Assert.Equal(double.PositiveInfinity, LambdaRange.Least(new Mcp(0.3), Options, 10));

    [Fact]
    public void The_lambda_range_is_gradients_over_derivatives_and_leaves_the_model_alone()
    {
        using var model = Start(4);
        using var before = model.CopyWeights();
        var range = LambdaRange.Of(model, Set, Norm, new L1(), images: 64);
        using var after = model.CopyWeights();
        Assert.Equal(before.Hash(), after.Hash());
        Assert.Equal(22 - 3, range.Ratios.Count); // zeros are left out
        using var batch = ImageBatches.InOrder(Set, Norm).Make(Set.Spread(64));
        model.train();
        torch.nn.functional.cross_entropy(model.forward(batch.Images), batch.Labels).backward();
        var gradients = model
            .Scales.SelectMany(s =>
                Enumerable.Range(0, (int)s.numel()).Where(i => i != 1).Select(i => Math.Abs(s.grad![i].item<float>()))
            )
            .Order();
        Assert.All(range.Ratios.Zip(gradients), p => Assert.Equal(p.Second, p.First, 1e-6 + 1e-3 * p.Second));
        Assert.Equal(0.5, range.ShareShrunkBy(range.Quantile(0.5)), 0.05);
    }

    [Fact]
    public void Steering_raises_holds_and_releases()
    {
        using var model = new Model(Network, 1);
        using var method = new ScalePenalty(new L1(), 1);
        using var steering = new LambdaSteering(
            model,
            method,
            Options,
            new()
            {
                TargetMacs = 0.4,
                AccuracyBand = 0.02,
                Factor = 2,
            }
        );
        Assert.Equal(2, steering.Next(1, left: 1, forecast: 0.9, fallen: 0));
        Assert.Equal(1, steering.Next(1, left: 0.9, forecast: 0.4, fallen: 0.02));
        Assert.Equal(0.5, steering.Next(1, left: 0.4, forecast: 0.3, fallen: 0));
        Assert.Equal(0.5, steering.Next(1, left: 1, forecast: 1, fallen: 0.03));
    }

    [Fact]
    public void A_schedule_can_begin_in_its_middle()
    {
        var whole = new StepDecay();
        var second = new StepDecay { Begin = 0.5 };
        foreach (var p in new[] { 0, 0.2, 0.49, 0.5, 0.99 })
            Assert.Equal(whole.At(0.5 + 0.5 * p), second.At(p));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_frozen_stays_whatever_methods_write_to_it(string name)
    {
        using var model = Start(5);
        using var before = model.CopyWeights();
        using var method = new RegularizerSet(Methods[name](model));
        var options = Options with { Epochs = 1, Optimizer = Optimizer.Parse("freeze:of=block1.* momentum:share=0.9") };
        new Trainer(options, method).Train(model, Set, null, Norm);
        using var after = model.CopyWeights();
        foreach (var (parameter, _, of) in Network.Parameters().Where(p => p.Parameter.IsTrained))
            Assert.True(
                parameter.StartsWith("block1.", StringComparison.Ordinal)
                    == before.Values(parameter).SequenceEqual(after.Values(parameter)),
                parameter
            );
    }
}
