using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Regularizers;

public class VariationalTests
{
    private static readonly Network Network = Vgg.Create("tiny", [3, 0, 4], 2, new Shape(1, 8, 8));

    // Nodes and weights of Gauss and Hermite's rule of five points for the standard normal.
    private static readonly (double Node, double Weight)[] Rule =
    [
        (-2.856970013872806, 0.01125741132772071),
        (-1.355626179974266, 0.22207592200561266),
        (0, 0.5333333333333333),
        (1.355626179974266, 0.22207592200561266),
        (2.856970013872806, 0.01125741132772071),
    ];

    private static Model Double(long seed)
    {
        using var weights = Initialization.Draw(Network, seed);
        using var scales = weights.Only(n => n.EndsWith("bn.bias", StringComparison.Ordinal));
        foreach (var name in scales.Names)
            weights[name] = torch.full_like(weights[name], 0.1);
        return new(Network, weights.Copy(torch.float64));
    }

    // E[loss] + KL/N over one random scale (the first of the first layer), by quadrature.
    private static double Bound(Model model, VariationalScales method, torch.Tensor x, torch.Tensor y)
    {
        var sum = 0.0;
        foreach (var (node, weight) in Rule)
        {
            using var scope = torch.NewDisposeScope();
            method.Noise = (layer, count) => [layer == 0 ? node : 0, .. new double[count - 1]];
            var loss = Loss(model, method, x, y);
            loss.mul(weight).backward();
            sum += weight * loss.item<double>();
        }
        return sum;
    }

    private static IReadOnlyDictionary<string, torch.Tensor> Substitutes(
        VariationalScales method,
        Model model,
        StepInfo step
    )
    {
        var values = new ParameterValues(model);
        method.Substitute(values, step);
        return values.Substitutes;
    }

    private static torch.Tensor Loss(Model model, VariationalScales method, torch.Tensor x, torch.Tensor y)
    {
        var values = model.Run(
            new Dictionary<string, torch.Tensor> { [Network.Inputs.First().Name] = x },
            overrides: Substitutes(method, model, default),
            mode: new RunMode(true)
        );
        return F.cross_entropy(values[Network.Outputs[0]], y) + method.Divergence(model)!;
    }

    [Fact]
    public void Gradients_of_the_bound_are_those_of_its_quadrature()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Double(3);
        using var method = new VariationalScales(model, images: 7, new() { Deviation = 0.2 });
        var random = new SlimSharp.Randomness(5);
        var x = torch.tensor(Enumerable.Range(0, 6 * 64).Select(_ => random.NextNormal()).ToArray(), [6, 1, 8, 8]);
        var y = torch.tensor(new long[] { 0, 1, 0, 1, 1, 0 });
        var (mean, variance) = (
            model[model.Network.Nodes.First(n => n.Layer is BatchNorm).Name + ".weight"],
            method.State.First(s => s.Key.StartsWith("log-variance.", StringComparison.Ordinal)).Value
        );
        Bound(model, method, x, y);
        var (gradientOfMean, gradientOfVariance) = (mean.grad![0].item<double>(), variance.grad![0].item<double>());
        double Slope(torch.Tensor of)
        {
            const double Step = 1e-5;
            double At(double by)
            {
                using (torch.no_grad())
                    of[0] += by;
                var value = Bound(model, method, x, y);
                using (torch.no_grad())
                    of[0] -= by;
                return value;
            }
            return (At(Step) - At(-Step)) / (2 * Step);
        }
        Assert.Equal(Slope(mean), gradientOfMean, 1e-7);
        Assert.Equal(Slope(variance), gradientOfVariance, 1e-7);
    }

    [Fact]
    public void The_divergence_is_added_with_a_plus_and_over_the_number_of_images()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Double(1);
        using var method = new VariationalScales(model, images: 50, new() { Deviation = 0.1 });
        var squares = BatchNormScales.Values(model).Sum(m => m * m);
        Assert.Equal(squares / (2 * 0.01) / 50, method.Divergence(model)!.item<double>(), 1e-12);
    }

    [Fact]
    public void A_dead_channel_is_pruned_for_good_and_a_live_one_is_kept()
    {
        using var model = new Model(Network, 1);
        using var method = new VariationalScales(model, images: 6000);
        using var state = new TrainingState(model, new Sgd { WeightDecay = 0 }, [method]);
        var scale = Network.Nodes.First(n => n.Layer is BatchNorm).Name + ".weight";
        for (var step = 0; step < 1500; step++)
        {
            using var scope = torch.NewDisposeScope();
            var info = new StepInfo(step / 50, step % 50, 0.1, 1, IsLastOfEpoch: step % 50 == 49);
            var live = Substitutes(method, model, info)[scale][0]; // the others have no gradient of their own
            var loss = (live - 1).pow(2).mul(3) + method.Divergence(model)!;
            loss.backward();
            state.Step(0.1, null);
            method.AfterStep(model, info);
        }
        var scales = Numbers(model[scale]);
        Assert.InRange(scales[0], 0.3, 1.1);
        Assert.Equal([0, 0], scales[1..]);
        var measures = method.Measures(model).ToDictionary(m => m.Name, m => m.Value);
        // All but the live one and, of the layer without any, the largest.
        Assert.Equal((2 + 3) / 7.0, measures["pruned"], 1e-12);
    }

    [Fact]
    public void What_is_pruned_is_silent_and_is_cut_without_retraining()
    {
        var set = SlimSharp
            .Data.DataSource.Read(new() { Path = Machine.SamplePath, Validation = 0 })
            .Train!.Subset([.. Enumerable.Range(0, 120)]);
        var network = Vgg.Create("tiny", [8, 0, 8, 0, 8], 10, new Shape(1, 28, 28));
        using var model = new Model(network, 2);
        using var method = new VariationalScales(
            model,
            set.Count,
            new()
            {
                Weight = 0.002,
                WarmUp = 0,
                Rate = 1e-4,
            }
        );
        var normalization = SlimSharp.Data.Normalization.Of(set);
        new Trainer(new() { Epochs = 12, BatchSize = 16 }, method).Train(model, set, null, normalization);
        var zero = BatchNormScales.Values(model).Count(s => s == 0);
        Assert.InRange(zero, 1, 23);
        foreach (var node in network.Nodes.Where(n => n.Layer is BatchNorm))
            Assert.All(
                Numbers(model[$"{node.Name}.weight"]).Zip(Numbers(model[$"{node.Name}.bias"])),
                c => Assert.True(c.First != 0 || c.Second == 0)
            );
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Zeros() }));
        Assert.True(
            NetworkCost.Of(cut.Model.Network).Parameters < NetworkCost.Of(network).Parameters,
            "nothing was cut"
        );
        Assert.Equal(
            Evaluation.Of(model, set, normalization).Loss,
            Evaluation.Of(cut.Model, set, normalization).Loss,
            1e-5
        );
    }

    private static double[] Numbers(torch.Tensor tensor) => [.. tensor.detach().to(torch.float64).data<double>()];

    [Fact]
    public void Two_methods_share_one_tied_shift_and_are_refused_where_they_do_not()
    {
        using var model = new Model(Network, 4);
        using var first = new VariationalScales(model, 100);
        using var second = new VariationalScales(model, 100, seed: 1, tiedTo: first);
        Assert.NotEmpty(first.Parameters);
        Assert.Empty(second.Parameters);
        var values = new ParameterValues(model);
        first.Substitute(values, default);
        second.Substitute(values, default);
        foreach (var norm in Network.BatchNorms.Select(n => n.Name))
        {
            var shift = first.Parameters[$"tied-shift.{norm}"];
            Assert.Equal(
                Numbers(values.Substitutes[$"{norm}.weight"].mul(shift)),
                Numbers(values.Substitutes[$"{norm}.bias"])
            );
        }
        using var alone = new VariationalScales(model, 100, seed: 2);
        var error = Assert.Throws<TrainingException>(() => alone.Substitute(values, default));
        Assert.Contains("tiedTo", error.Message);
    }
}
