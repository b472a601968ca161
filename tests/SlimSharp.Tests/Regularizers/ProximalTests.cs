using SlimSharp.Models;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace SlimSharp.Tests.Regularizers;

/// <summary>Problems of one scale, ½(γ − target)², whose solutions are known in closed form.</summary>
public class ProximalTests
{
    // Below (1 − momentum)²/(momentum·λ·ρ) for every penalty here, ρ being its weak convexity near the solution.
    private const double Rate = 0.005;
    private const double Momentum = 0.9;

    // Scales start at 1, beyond the knee of some; here the loss brings them below it.
    private static void Passes(string warning) => Assert.Contains("below its knee", warning);

    public static TheoryData<string> Penalties => [.. PenaltyKind.All.Select(k => k.Example)];

    // Gradient descent with momentum on ½(γ − target)², with what a method does after each step.
    private static double Descend(
        double target,
        Action<torch.nn.Module> after,
        Action<torch.nn.Module>? gradients = null,
        double decay = 0,
        double momentum = Momentum,
        torch.ScalarType type = torch.ScalarType.Float64
    )
    {
        using var scope = torch.NewDisposeScope();
        using var norm = torch.nn.BatchNorm1d(1, dtype: type);
        var velocity = torch.zeros(1, type);
        using Scalar goal = target; // numbers passed directly may be freed before they are read
        using Scalar keep = momentum;
        using Scalar shrink = decay;
        using Scalar back = -Rate;
        using Scalar one = 1.0;
        for (var i = 0; i < 6000; i++)
        {
            using var step = torch.NewDisposeScope();
            norm.weight.grad = norm.weight.detach().sub(goal);
            gradients?.Invoke(norm);
            using var still = torch.no_grad();
            velocity.mul_(keep).add_(norm.weight.grad!, one).add_(norm.weight, shrink);
            norm.weight.add_(velocity, back);
            after(norm);
        }
        return norm.weight.to(torch.float64).item<double>();
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void The_fixed_point_under_momentum_solves_loss_plus_penalty(string text)
    {
        var penalty = Penalty.Parse(text);
        using var method = new ProximalPenalty(penalty, 0.2) { Warning = Passes };
        var end = Descend(0.7, m => method.Shrink(m, new Sgd().EffectiveStep(Rate)));
        // argmin ½(γ − 0.7)² + λJ(γ) is the proximal operator itself.
        Assert.Equal(penalty.Prox(0.7, 0.2), end, 1e-9);
        Assert.InRange(end, 0.01, 0.69);
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void With_the_bare_rate_the_penalty_is_ten_times_too_weak(string text)
    {
        var penalty = Penalty.Parse(text);
        using var method = new ProximalPenalty(penalty, 0.2) { BareStep = true, Warning = Passes };
        var end = Descend(0.7, m => method.Shrink(m, Rate));
        Assert.Equal(penalty.Prox(0.7, 0.2 * (1 - Momentum)), end, 1e-9);
    }

    [Fact]
    public void Weight_decay_on_scales_is_part_of_the_loss()
    {
        using var method = new ProximalPenalty(new L1(), 0.2);
        var end = Descend(1, m => method.Shrink(m, Rate / (1 - Momentum)), decay: 0.25);
        Assert.Equal((1 - 0.2) / 1.25, end, 1e-9); // γ − 1 + γ/4 + λ = 0
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Scales_become_exactly_zero_where_the_penalty_wins(string text)
    {
        var penalty = Penalty.Parse(text);
        using var method = new ProximalPenalty(penalty, 0.5) { Warning = Passes };
        foreach (var type in new[] { torch.float64, torch.float32 })
            Assert.Equal(0, Descend(0.1, m => method.Shrink(m, Rate / (1 - Momentum)), type: type));
    }

    [Fact]
    public void The_subgradient_of_the_same_problem_ends_where_the_proximal_step_does()
    {
        using var method = new ScalePenalty(new TransformedL1(1), 0.1);
        var end = Descend(1, _ => { }, m => method.AddGradients(m));
        Assert.Equal(new TransformedL1(1).Prox(1, 0.1), end, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Penalties))]
    public void Splitting_balances_gradient_coupling_and_penalty(string text)
    {
        var (penalty, lambda, beta) = (Penalty.Parse(text), 0.1, 2.0);
        using var scope = torch.NewDisposeScope();
        using var norm = torch.nn.BatchNorm1d(1, dtype: torch.float64);
        using var method = new ProximalSplitting(norm, penalty, lambda, beta) { Warning = Passes };

        const double StepSize = 0.05;
        var (alpha, gamma) = (1 / StepSize, 1.0);
        for (var i = 0; i < 20000; i++)
        {
            // With momentum and decay off, step and first update are one: γ ← (αγ + βξ − g)/(α + β).
            var expected = (alpha * gamma + beta * method.Auxiliary[0].item<double>() - (gamma - 1)) / (alpha + beta);
            using (Scalar stepped = gamma - StepSize * (gamma - 1))
            using (torch.no_grad())
                norm.weight.fill_(stepped);
            method.Update(norm, alpha);
            gamma = norm.weight.item<double>();
            Assert.Equal(expected, gamma, 1e-14);
        }
        var xi = method.Auxiliary[0].item<double>();
        Assert.Equal(0, gamma - 1 + beta * (gamma - xi), 1e-9);
        Assert.True(xi > 0);
        Assert.Equal(lambda * penalty.Derivative(xi), beta * (gamma - xi), 1e-9);
    }

    [Fact]
    public void A_scale_without_gradient_becomes_zero_under_splitting_unless_left_as_published()
    {
        foreach (var leave in new[] { false, true })
        {
            using var scope = torch.NewDisposeScope();
            using var norm = torch.nn.BatchNorm1d(1);
            using var method = new ProximalSplitting(norm, new L1(), 1, 0.25) { LeaveSubnormal = leave };
            for (var i = 0; i < 6000; i++)
                method.Update(norm, 10);
            Assert.Equal(0, method.Auxiliary[0].item<float>());
            var end = norm.weight.item<float>();
            Assert.True(leave ? end is > 0 and < 1e-40f : end == 0, $"{end}");
        }
    }

    [Fact]
    public void Auxiliary_scales_begin_as_published_and_are_a_function_of_the_seed()
    {
        using var norm = torch.nn.BatchNorm2d(1000);
        using var a = new ProximalSplitting(norm, new L1(), 1, 1, seed: 3);
        using var b = new ProximalSplitting(norm, new L1(), 1, 1, seed: 3);
        using var c = new ProximalSplitting(norm, new L1(), 1, 1, seed: 4);
        float[] values = [.. a.Auxiliary[0].data<float>()];
        Assert.True(values.SequenceEqual(b.Auxiliary[0].data<float>().ToArray()));
        Assert.False(values.SequenceEqual(c.Auxiliary[0].data<float>().ToArray()));
        Assert.All(values, v => Assert.InRange(v, 0.47f, 0.53f));
        Assert.InRange(values.Average(), 0.497, 0.503);
        Assert.All([.. norm.parameters().First().data<float>()], v => Assert.Equal(1, v));
    }

    [Fact]
    public void Presets_are_networks_of_the_zoo()
    {
        Assert.Equal(3, SplittingPreset.All.Count);
        Assert.All(
            SplittingPreset.All,
            p => Assert.Contains(p.Network, SlimSharp.Zoo.ZooEntry.All.Select(e => e.Name))
        );
    }

    [Fact]
    public void What_is_frozen_is_not_shrunk_and_what_learns_slower_is_shrunk_slower()
    {
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [3, 0, 3, 0, 3], 2, new SlimSharp.Networks.Shape(1, 8, 8));
        using var model = new Model(network, 1);
        var optimizer = Optimizer.Parse("freeze:of=block1.* momentum:share=0.9 rate:factor=0.5,of=block2.*");
        var method = new ProximalPenalty(new L1(), 0.1);
        method.AfterStep(model, new(0, 0, 0.05, optimizer.EffectiveStep(0.05)) { Optimizer = optimizer });
        var start = Initialization.Scale;
        Assert.Equal(
            [start, start - 0.5 * 0.05, start - 0.05], // λ · rate/(1 − momentum)
            network.BatchNorms.Select(n => Math.Round(Numbers.Read(model[$"{n.Name}.weight"])[0], 6))
        );
    }

    [Fact]
    public void Splitting_and_the_bare_step_take_the_rate_of_each_scale()
    {
        const double Rate = 0.05;
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [3, 0, 3, 0, 3], 2, new SlimSharp.Networks.Shape(1, 8, 8));
        var optimizer = Optimizer.Parse("freeze:of=block1.* momentum:share=0.9 rate:factor=0.5,of=block2.*");
        var step = new StepInfo(0, 0, Rate, optimizer.EffectiveStep(Rate)) { Optimizer = optimizer };
        double[] FirstOfEach(Model model) =>
            [.. network.BatchNorms.Select(n => Math.Round(Numbers.Read(model[$"{n.Name}.weight"])[0], 5))];
        var start = Initialization.Scale;

        using var bare = new Model(network, 1);
        new ProximalPenalty(new L1(), 0.1) { BareStep = true }.AfterStep(bare, step);
        Assert.Equal([start, start - 0.1 * 0.5 * Rate, start - 0.1 * Rate], FirstOfEach(bare));

        using var split = new Model(network, 1);
        using var method = new ProximalSplitting(split, new L1(), 0.1, coupling: 10);
        double[] auxiliary = [.. method.Auxiliary.Select(a => Numbers.Read(a)[0])];
        method.AfterStep(split, step);
        double Moved(int layer, double rate) => (start / rate + 10 * auxiliary[layer]) / (1 / rate + 10);
        Assert.Equal([start, Math.Round(Moved(1, 0.5 * Rate), 5), Math.Round(Moved(2, Rate), 5)], FirstOfEach(split));
    }
}
