using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Training;

public class OptimizerTests
{
    private static Model Quadratic(double[] start)
    {
        // One linear layer: its weight is the parameter that is optimised.
        var b = new NetworkBuilder("quadratic", new Shape(start.Length));
        var weights = new Weights
        {
            ["w.weight"] = Numbers.Tensor(start, [1, start.Length], torch.float64),
            ["w.bias"] = torch.zeros(1, torch.float64),
        };
        return new(b.Build(b.Linear("w", b.Input, 1)), weights);
    }

    // Twenty steps of ours and of the framework's own optimiser on the same gradients.
    private static void Agrees(
        Optimizer ours,
        Func<IEnumerable<TorchSharp.Modules.Parameter>, torch.optim.Optimizer> theirs,
        double rate
    )
    {
        using var scope = torch.NewDisposeScope();
        double[] start = [1, -2, 0.5, 3];
        using var a = Quadratic(start);
        using var b = Quadratic(start);
        using var state = new TrainingState(a, ours, []);
        var other = theirs(b.parameters());
        var x = torch.tensor(new double[] { 1, 2, -1, 0.3, 0.2, -1, 2, 1 }).reshape(2, 4);
        for (var i = 0; i < 20; i++)
        {
            a.forward(x).pow(2).sum().backward();
            state.Step(rate, null);
            other.zero_grad();
            b.forward(x).pow(2).sum().backward();
            other.step();
        }
        Assert.True(Numbers.RelativeDifference(a["w.weight"], b["w.weight"]) < 1e-12);
        Assert.True(Numbers.RelativeDifference(a["w.bias"], b["w.bias"]) < 1e-12);
    }

    [Fact]
    public void Sgd_is_that_of_the_framework() =>
        Agrees(new Sgd { WeightDecay = 1e-2 }, p => torch.optim.SGD(p, 0.01, momentum: 0.9, weight_decay: 1e-2), 0.01);

    [Fact]
    public void Nesterov_is_that_of_the_framework() =>
        Agrees(
            new Sgd { Nesterov = true, WeightDecay = 0 },
            p => torch.optim.SGD(p, 0.01, momentum: 0.9, nesterov: true),
            0.01
        );

    [Theory]
    [InlineData(false, 0.9, 1e-2)]
    [InlineData(true, 0.9, 1e-2)]
    [InlineData(false, 0, 0)]
    public void The_step_in_one_go_is_that_of_one_operation_after_another(bool nesterov, double momentum, double decay)
    {
        using var scope = torch.NewDisposeScope();
        // Sizes around vectors and parts; one that does not lie without gaps, and so must be left to the plain path.
        long[][] sizes =
        [
            [1],
            [17],
            [3, 5, 3, 3],
            [1 << 16],
            [300, 250],
        ];
        torch.Tensor[] Draw(int seed) =>
            [
                .. sizes.Select(
                    (s, i) =>
                        RandomWeights
                            .Inputs(new Shape((int)s.Aggregate(1L, (a, b) => a * b)), 1, seed + i)
                            .reshape(s)
                            .to(torch.float32)
                ),
                RandomWeights.Inputs(new Shape(6, 4, 4), 2, seed).to(torch.float32).permute(0, 2, 3, 1),
            ];
        var (start, gradients) = (Draw(1), Draw(100));
        torch.Tensor[] Train(bool fused)
        {
            var rule = new Sgd
            {
                Fused = fused,
                Nesterov = nesterov,
                Momentum = momentum,
                WeightDecay = decay,
            };
            var parameters = start.Select(p => p.clone()).ToArray();
            var memory = start.Select(p => torch.zeros_like(p)).ToArray();
            var rules = rule.For("w", ParameterRole.Weight);
            for (var step = 0; step < 5; step++)
                rule.Step(
                    [.. parameters.Select((p, i) => new OptimizerSlot(p, gradients[i].clone(), [memory[i]], rules))],
                    0.1,
                    step + 1
                );
            return [.. parameters, .. memory];
        }
        Assert.All(
            Train(true).Zip(Train(false)),
            p => Assert.True(Numbers.RelativeDifference(p.First, p.Second) < 1e-6)
        );
        Assert.False(SlimSharp.Models.Kernels.DescentKernel.Fits(start[^1], gradients[^1], start[^1]));
        // Gradient innermost by channels, parameter not: raw memory would give nonsense.
        var image = torch.zeros(2, 3, 4, 4);
        Assert.False(SlimSharp.Models.Kernels.DescentKernel.Fits(image, Layout.ChannelsLast(image), image));
    }

    [Fact]
    public void Adamw_is_that_of_the_framework() =>
        Agrees(new AdamW { WeightDecay = 0.05 }, p => torch.optim.AdamW(p, lr: 0.02, weight_decay: 0.05), 0.02);

    [Fact]
    public void Two_steps_of_one_scale_follow_the_hand_trace()
    {
        // v1 = g + λJ'(γ) + decay·γ; γ1 = γ − rate·v1; v2 = momentum·v1 + …
        const double Rate = 0.1,
            Momentum = 0.9,
            Decay = 1e-4,
            Lambda = 0.01;
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("norm", new Shape(1));
        var weights = new Weights
        {
            ["bn.weight"] = torch.full(1, 0.5, torch.float64),
            ["bn.bias"] = torch.zeros(1, torch.float64),
            ["bn.running_mean"] = torch.zeros(1, torch.float64),
            ["bn.running_var"] = torch.ones(1, torch.float64),
        };
        using var model = new Model(b.Build(b.BatchNorm("bn", b.Input)), weights);
        model.eval();
        var penalty = new ScalePenalty(new TransformedL1(1), Lambda);
        using var state = new TrainingState(model, new Sgd { WeightDecay = Decay }, [penalty]);
        var x = torch.tensor(new double[] { 0.7, 0.2 }).reshape(2, 1);
        var (gamma, v) = (0.5, 0.0);
        var data = (0.7 + 0.2) / Math.Sqrt(1 + 1e-5); // ∂(Σ outputs)/∂γ
        for (var i = 0; i < 2; i++)
        {
            model.forward(x).sum().backward();
            penalty.AddGradients(model);
            state.Step(Rate, null);
            v =
                Momentum * v
                + data
                + Lambda * 2 / ((1 + Math.Abs(gamma)) * (1 + Math.Abs(gamma))) * Math.Sign(gamma)
                + Decay * gamma;
            gamma -= Rate * v;
            Assert.Equal(gamma, Numbers.Single(model["bn.weight"]), 1e-14);
        }
    }

    [Fact]
    public void Clipping_scales_the_joint_norm_and_leaves_smaller_ones()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var (clip, factor) in new[] { (0.5, 0.5 / Math.Sqrt(1 + 4 + 1)), (100.0, 1.0) })
        {
            using var model = Quadratic([0, 0]);
            using var state = new TrainingState(model, new Sgd { Momentum = 0, WeightDecay = 0 }, []);
            model.forward(torch.tensor(new double[] { 1, 2 }).reshape(1, 2)).sum().backward();
            state.Step(1, clip);
            Assert.Equal(-2 * factor, Numbers.Read(model["w.weight"])[1], 1e-12);
        }
    }

    [Fact]
    public void Learning_rates_are_the_published_ones()
    {
        var step = new StepDecay();
        Assert.All(
            Enumerable.Range(0, 160),
            e =>
                Assert.Equal(
                    e < 80 ? 0.1
                        : e < 120 ? 0.01
                        : 0.001,
                    step.At(e / 160.0),
                    1e-15
                )
        );
        Assert.Equal(
            [0.1, 0.1, 0.01, 0.001],
            new[] { 0, 2 / 5.0, 3 / 5.0, 4 / 5.0 }.Select(p => Math.Round(step.At(p), 12))
        );
        var cosine = new CosineDecay { Initial = 0.2, WarmUp = 0.1 };
        Assert.Equal([0, 0.1, 0.2, 0.1, 0], new[] { 0, 0.05, 0.1, 0.55, 1 }.Select(p => Math.Round(cosine.At(p), 12)));
    }
}
