using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Zoo;

public class ZooTests
{
    [Theory]
    [InlineData("preresnet20", 10, 219_482, 1_360)]
    [InlineData("preresnet164", 10, 1_703_258, 12_112)]
    [InlineData("preresnet164", 100, 1_726_388, 12_112)]
    [InlineData("densenet40", 10, 1_059_298, 9_360)]
    [InlineData("densenet40", 100, 1_100_428, 9_360)]
    [InlineData("resnet20", 10, 269_722, 688)]
    [InlineData("resnet32", 10, 464_154, 1_136)]
    [InlineData("resnet56", 10, 853_018, 2_032)]
    [InlineData("resnet20b", 10, 272_474, 784)]
    [InlineData("resnet8", 10, 78_186, 240)]
    [InlineData("resnet18", 1000, 11_689_512, 4_800)]
    [InlineData("resnet34", 1000, 21_797_672, 8_512)]
    [InlineData("resnet50", 1000, 25_557_032, 26_560)]
    [InlineData("mobilenetv2", 1000, 3_504_872, 17_056)]
    [InlineData("vgg13-ortho", 10, 9_416_010, 2_944)]
    [InlineData("mobilenetv1-ortho", 10, 3_217_226, 10_944)]
    [InlineData("resnet34-ortho", 10, 21_282_122, 8_512)]
    [InlineData("resnet56-ortho", 10, 855_770, 2_128)]
    public void Networks_have_their_published_parameters(string name, int classes, long parameters, long scales)
    {
        var cost = NetworkCost.Of(ZooEntry.Get(name, classes, 1));
        Assert.Equal((parameters, scales), (cost.Parameters, cost.Scales));
    }

    [Theory]
    [InlineData("preresnet", 20, 1_360, 220_394)]
    [InlineData("preresnet", 29, 2_032, 313_578)]
    [InlineData("preresnet", 56, 4_048, 593_130)]
    [InlineData("preresnet", 110, 8_080, 1_152_234)]
    [InlineData("preresnet", 164, 12_112, 1_711_338)]
    [InlineData("densenet", 10, 540, 45_718)]
    [InlineData("densenet", 22, 2_772, 293_758)]
    [InlineData("densenet", 40, 9_360, 1_068_658)]
    public void With_selection_vectors_they_have_the_published_count(
        string family,
        int depth,
        long scales,
        long published
    )
    {
        var network = ZooEntry.Get($"{family}{depth}", 10, 1);
        var cost = NetworkCost.Of(network);
        // As published, a vector of one number per channel stands behind every BatchNorm that opens a block.
        var selected = network
            .Nodes.Where(n => n.Layer is BatchNorm && n.Name.Split('.')[^1] is "bn1" or "bn")
            .Sum(n => network.Shapes[n.Name].Channels);
        Assert.Equal((scales, published), (cost.Scales, cost.Parameters + selected));
    }

    [Theory]
    [InlineData("preresnet164", 10, 247_646_720, 504_759_306)]
    [InlineData("preresnet164", 100, 247_669_760, 504_805_476)]
    [InlineData("densenet40", 10, 282_917_328, 573_052_330)]
    [InlineData("densenet40", 100, 282_958_368, 573_134_500)]
    public void Networks_have_their_published_costs(string name, int classes, long macs, long flops)
    {
        var cost = NetworkCost.Of(ZooEntry.Get(name, classes, 1));
        Assert.Equal((macs, flops), (cost.Macs, cost.PublishedFlops));
    }

    [Theory]
    [InlineData("vgg13-ortho")]
    [InlineData("mobilenetv1-ortho")]
    [InlineData("resnet34-ortho")]
    [InlineData("resnet56-ortho")]
    public void Those_of_OrthoReg_take_images_of_64_as_well_and_need_no_other_weights(string name)
    {
        var (small, large) = (ZooEntry.Get(name, 100, 1), ZooEntry.Get(name, 100, 1, new Shape(3, 64, 64)));
        Assert.Equal(NetworkCost.Of(small).Parameters, NetworkCost.Of(large).Parameters);
        Assert.Equal(100, large.Shapes[large.Outputs[0]].Channels);
    }

    [Fact]
    public void In_OrthoRegs_VGG_BatchNorm_stands_behind_ReLU()
    {
        var network = ZooEntry.Get("vgg13-ortho", 10, 0.25);
        var norms = network.Nodes.Where(n => n.Layer is BatchNorm).ToArray();
        Assert.Equal(10, norms.Length);
        Assert.All(norms, n => Assert.IsType<Activation>(network[n.Inputs[0]].Layer));
    }

    [Fact]
    public void Every_network_runs_and_names_nothing_twice()
    {
        Assert.Equal(ZooEntry.All.Count, ZooEntry.All.Select(e => e.Name).Distinct().Count());
        foreach (var entry in ZooEntry.All.Where(e => NetworkCost.Of(e.Create(10, 0.25, e.Usual)).Macs < 60_000_000))
        {
            using var scope = torch.NewDisposeScope();
            using var model = new Model(entry.Create(7, 0.25, entry.Usual));
            model.eval();
            Assert.Equal([2, 7], model.forward(torch.randn(entry.Usual.Sizes(2))).shape);
        }
    }

    [Theory]
    [InlineData("resnet20")]
    [InlineData("resnet20b")]
    [InlineData("preresnet20")]
    [InlineData("densenet22")]
    [InlineData("resnet8")]
    [InlineData("mobilenetv1")]
    public void Coupled_groups_are_cut_under_the_certificate(string name)
    {
        var network = ZooEntry.Get(name, 10, 0.5);
        using var model = new Model(network, Drawn.Weights(network, 3));
        foreach (var ratio in new[] { 0.1, 0.5, 0.8 })
        {
            using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Ratio(ratio) }));
            Assert.True(cut.Certificate.Agrees);
            Assert.True(cut.Certificate.Parameters < NetworkCost.Of(network).Parameters);
        }
    }

    [Theory]
    [InlineData("preresnet164", 577_258, 167_477_770)]
    [InlineData("densenet40", 548_698, 289_585_882)]
    public void Every_second_channel_of_every_layer_cut_and_the_trunk_whole_has_the_published_costs(
        string name,
        long parameters,
        long flops
    )
    {
        var network = ZooEntry.Get(name, 10, 1);
        using var weights = Initialization.Draw(network, 0);
        // Scales 1, 2, 1, 2, …: the half is cut in every layer.
        foreach (var scale in network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale))
            weights[scale.Name] = Numbers.Tensor(
                [.. Enumerable.Range(0, (int)scale.Parameter.Count).Select(i => 1.0 + i % 2)],
                [scale.Parameter.Count],
                torch.float32
            );
        var plan = Planner.Plan(
            network,
            weights,
            new() { Target = new PlanTarget.Ratio(0.3), Trunk = Trunk.Selection }
        );
        var cost = plan.PublishedCost();
        Assert.Equal((parameters, flops), (cost.Parameters, cost.PublishedFlops));
        Assert.True(NetworkCost.Of(plan.Target()).Parameters < parameters);
    }

    [Theory]
    [Trait("Length", "long")]
    [InlineData("preresnet164")]
    [InlineData("densenet40")]
    public void The_papers_deep_networks_are_cut_at_every_ratio_under_the_certificate(string name)
    {
        var network = ZooEntry.Get(name, 10, 1);
        using var model = new Model(network, Drawn.Weights(network, 3));
        foreach (var trunk in new[] { Trunk.Coupled, Trunk.Selection })
        {
            var before = NetworkCost.Of(network).Parameters;
            foreach (var tenths in Enumerable.Range(1, 8))
            {
                using var cut = Surgeon.Apply(
                    model,
                    Planner.Plan(model, new() { Target = new PlanTarget.Ratio(tenths / 10.0), Trunk = trunk })
                );
                Assert.True(cut.Certificate.Agrees);
                Assert.True(cut.Certificate.Parameters < before);
                before = cut.Certificate.Parameters;
            }
        }
    }
}
