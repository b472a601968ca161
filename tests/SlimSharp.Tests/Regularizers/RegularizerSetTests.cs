using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

public class RegularizerSetTests
{
    private static readonly Network Network = Vgg.Create("tiny", [4, 0, 4], 3, new Shape(1, 8, 8));

    [Fact]
    public void One_of_a_kind_keeps_the_names_that_it_had_and_a_second_is_numbered()
    {
        using var model = new Model(Network, 1);
        ProximalSplitting Splitting() => new(model, new L1(), 0.1, 1);
        using var one = new RegularizerSet(Splitting(), new ScalePenalty(new L1(), 0.1));
        Assert.Equal(["xi.0", "xi.1"], one.State.Keys);
        Assert.Equal(["penalty", "auxiliary scales at zero", "penalty (2)"], one.Measures(model).Keys);
        using var two = new RegularizerSet(Splitting(), Splitting(), Splitting());
        Assert.Equal(["xi.0", "xi.1", "2.xi.0", "2.xi.1", "3.xi.0", "3.xi.1"], two.State.Keys);
        Assert.Same(((ProximalSplitting)two[1]).Auxiliary[0], two.State["2.xi.0"]);
        using var gaussian = new RegularizerSet(
            new VariationalScales(model, 10),
            Splitting(),
            new VariationalScales(model, 10)
        );
        Assert.Equal(4, gaussian.Parameters.Count);
        Assert.Contains("tied-shift.block1.bn", gaussian.Parameters.Keys);
        Assert.Contains("2.tied-shift.block1.bn", gaussian.Parameters.Keys);
        Assert.Contains("2.log-variance.block1.bn", gaussian.State.Keys);
    }

    [Fact]
    public void Two_penalties_add_up_to_one_of_the_sum_of_their_strengths()
    {
        double[] Trained(params Regularizer[] regularizers)
        {
            using var model = new Model(Network, 1);
            var x = torch.ones(4, 1, 8, 8);
            for (var step = 0; step < 3; step++)
            {
                model.forward(x).pow(2).sum().backward();
                foreach (var one in regularizers)
                    one.OnGradients(model, new(0, step, 0.01, 0.1));
                using var still = torch.no_grad();
                foreach (var scale in model.Scales)
                    scale.sub_(scale.grad!.mul(0.01));
                model.zero_grad();
            }
            return BatchNormScales.Values(model);
        }
        var (both, sum) = (
            Trained(new ScalePenalty(new L1(), 0.1), new ScalePenalty(new L1(), 0.3)),
            Trained(new ScalePenalty(new L1(), 0.4))
        );
        Assert.All(both.Zip(sum), p => Assert.Equal(p.Second, p.First, 1e-6));
    }

    // Multiplies all scales by a factor in the forward pass.
    private sealed class Times(double factor) : Regularizer
    {
        public override string Name => "times";

        public override void Substitute(ParameterValues values, StepInfo step)
        {
            foreach (var norm in Network.BatchNorms)
                values[$"{norm.Name}.weight"] = values[$"{norm.Name}.weight"].mul(factor);
        }
    }

    [Fact]
    public void Substitutes_of_several_act_on_one_another()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new Model(Network, 1);
        var values = new ParameterValues(model);
        foreach (var one in new[] { new Times(2), new Times(3), new Times(0.5) })
            one.Substitute(values, default);
        Assert.Equal(Network.BatchNorms.Count(), values.Substitutes.Count);
        foreach (var norm in Network.BatchNorms)
            Assert.Equal(
                Numbers.Read(model[$"{norm.Name}.weight"]).Select(s => 3 * s),
                Numbers.Read(values.Substitutes[$"{norm.Name}.weight"])
            );
        Assert.Same(model["block1.conv.weight"], values["block1.conv.weight"]);
    }

    [Fact]
    public void What_is_measured_of_two_stands_in_the_metrics_of_every_epoch()
    {
        var set = DataSource
            .Read(new() { Path = Machine.SamplePath, Validation = 0 })
            .Train!.Subset([.. Enumerable.Range(0, 64)]);
        using var model = new Model(Vgg.Create("tiny", [4, 0, 4], 10, set.Shape), 1);
        using var set2 = new RegularizerSet(
            new ScalePenalty(new L1(), 0.1),
            new ProximalPenalty(new TransformedL1(1), 0.01)
        );
        var end = new Trainer(new() { Epochs = 1, BatchSize = 32 }, set2).Train(
            model,
            set,
            null,
            Normalization.Of(set)
        );
        var measures = end.History[0].Measures!;
        Assert.Equal(((ScalePenalty)set2[0]).Value(model), measures["penalty"], 1e-9);
        Assert.Equal(((ProximalPenalty)set2[1]).Value(model), measures["penalty (2)"], 1e-9);
    }
}
