using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Slimming;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Slimming;

public class FilterEffectTests
{
    // The mean of the output.
    private sealed class Mean : Objective
    {
        public override torch.Tensor Loss(
            Network network,
            Batch batch,
            IReadOnlyDictionary<string, torch.Tensor> values
        ) => values[network.Outputs[0]].mean();
    }

    private static Batch Images(torch.Tensor images) =>
        new(
            new Dictionary<string, torch.Tensor> { ["input"] = images },
            new Dictionary<string, torch.Tensor>(),
            [.. Enumerable.Range(0, (int)images.shape[0])]
        );

    [Theory]
    [InlineData(-0.25, 0)] // squares of single weights would be 0.5
    [InlineData(0.25, 1)]
    public void Effects_of_a_filters_weights_are_summed_before_they_are_squared(double second, double expected)
    {
        // An output that is the filter (1, 2) times the image: the gradient of the filter is the image.
        var b = new NetworkBuilder("filter", new Shape(2, 1, 1));
        var network = b.Build(b.Linear("out", b.GlobalAveragePool("pool", b.Convolution("filter", b.Input, 1, 1)), 1));
        var weights = new Weights
        {
            ["filter.weight"] = torch.tensor(new[] { 1.0, 2.0 }, [1, 2, 1, 1]),
            ["out.weight"] = torch.ones(1, 1, dtype: torch.float64),
            ["out.bias"] = torch.zeros(1, dtype: torch.float64),
        };
        using var model = new Model(network, weights);
        var effects = ParameterEffects.Of(
            model,
            new Mean(),
            1,
            [Images(torch.tensor(new[] { 0.5, second }, [1, 2, 1, 1]))]
        );
        var group = ChannelGroups.Of(network).Single(g => g.Name == "filter");
        using var copy = model.CopyWeights();
        Assert.Equal(
            expected,
            new GroupFisherCriterion().Of(group, new(new NetworkGraph(network), copy, effects))!.Single(),
            1e-12
        );
    }

    public static TheoryData<string> Networks => ["vgg13-ortho", "mobilenetv1-ortho", "resnet20b"];

    [Theory]
    [MemberData(nameof(Networks))]
    public void They_are_the_slope_of_the_loss_along_all_filters_of_a_unit(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = ZooEntry.Get(name, 10, name == "resnet20b" ? 0.25 : 0.0625);
        using var single = Initialization.Draw(network, 4);
        using var model = new Model(network, single.Copy(torch.float64));
        torch.random.manual_seed(1);
        torch.Tensor[] images = [.. Enumerable.Range(0, 2).Select(_ => torch.randn(2, 3, 32, 32, torch.float64))];
        var effects = ParameterEffects.Of(model, new Mean(), 4, images.Select(i => Images(i.clone())));
        using var weights = model.CopyWeights();
        var subject = new PlanSubject(new NetworkGraph(network), weights, effects);
        model.eval();
        double Loss()
        {
            using var still = torch.no_grad();
            return images.Average(i => model.forward(i).mean().item<double>());
        }
        foreach (var group in ChannelGroups.Of(network).Where(g => g.FrozenBecause is null).Where((_, i) => i % 4 == 1))
        {
            var importance = new GroupFisherCriterion().Of(group, subject)!;
            var scales = new ScaleEffectCriterion().Of(group, subject)!;
            double Slope(int unit, params ParameterRole[] roles)
            {
                const double Step = 1e-5;
                using var still = torch.no_grad();
                double With(double factor)
                {
                    using var now = model.CopyWeights();
                    foreach (var slice in group.Slices.Where(s => !s.ReadsInput))
                    {
                        var parameter = subject.Graph.Parameters[slice.Parameter];
                        // What only hands a channel on, as a depthwise filter does, makes none.
                        if (
                            !roles.Contains(parameter.Role)
                            || parameter is { Role: ParameterRole.Weight, InputAxis: null }
                        )
                            continue;
                        foreach (var place in slice.Places[unit])
                            model[slice.Parameter].select(slice.Axis, place).mul_(factor);
                    }
                    var loss = Loss();
                    model.Load(now);
                    return loss;
                }
                return (With(1 + Step) - With(1 - Step)) / (2 * Step);
            }
            var unit = group.Units / 2;
            var filters = Slope(unit, ParameterRole.Weight, ParameterRole.Bias);
            Assert.Equal(filters * filters, importance[unit], 1e-9);
            var norms = Slope(unit, ParameterRole.Scale, ParameterRole.Shift);
            Assert.Equal(norms * norms, scales[unit], 1e-9);
        }
    }

    [Fact]
    public void A_cut_of_the_order_convolution_relu_batchnorm_is_what_masking_is()
    {
        using var model = new Model(ZooEntry.Get("vgg13-ortho", 10, 0.125), 6);
        var plan = Planner.Plan(
            model,
            new()
            {
                Target = new PlanTarget.Ratio(0.5),
                Criterion = "l2",
                Cap = new(),
            }
        );
        using var cut = Surgeon.Apply(model, plan);
        Assert.True(cut.Certificate.Agrees);
        Assert.InRange(cut.Certificate.FunctionDifference, 0, 1e-10);
        Assert.True(cut.Certificate.Macs < NetworkCost.Of(model.Network).Macs);
    }
}
