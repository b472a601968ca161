using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
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
        using var random = RandomWeights.Draw(NetworkCut.Of(network, ChannelGroups.Of(network), []), 3);
        using var model = new Model(network, random.Copy(torch.float32));
        foreach (var ratio in new[] { 0.1, 0.5, 0.8 })
        {
            using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Ratio = ratio }));
            Assert.True(cut.Certificate.Agrees);
            Assert.True(cut.Certificate.Parameters < NetworkCost.Of(network).Parameters);
        }
    }

    [Theory]
    [InlineData("cifar10-resnet20-akamaster", "resnet20")]
    [InlineData("cifar10-resnet32-akamaster", "resnet32")]
    [InlineData("cifar10-resnet56-akamaster", "resnet56")]
    [InlineData("cifar10-resnet20-distiller-dense", "resnet20b")]
    [InlineData("cifar10-resnet20-distiller-ssl-channels-zeroed", "resnet20b")]
    [InlineData("cifar10-resnet20-distiller-ssl-5layers-zeroed", "resnet20b")]
    [InlineData("cifar10-resnet8-mlperftiny", "resnet8")]
    [InlineData("vww-mobilenetv1_0.25_96-mlperftiny", "mobilenetv1")]
    public void Weights_trained_elsewhere_give_their_logits(string file, string name)
    {
        var folder = Machine.SharedPath("data", "pretrained");
        using var scope = torch.NewDisposeScope();
        var network = name == "mobilenetv1" ? MobileNet.CreateV1() : ZooEntry.Get(name, 10, 1);
        var (tensors, _) = SafeTensors.Read(Path.Combine(folder, file + ".safetensors"));
        using var model = new Model(network, NameMap.Match(file, network, tensors));
        model.eval();

        var vww = name == "mobilenetv1";
        var set = DataSource
            .Read(
                new()
                {
                    Path = Machine.SharedPath(
                        "data",
                        vww ? "vww96/vww96_400.bin.gz" : "cifar10/lossless_test200.bin.gz"
                    ),
                    Records = network.Shapes["input"],
                }
            )
            .Test!;
        var normalization =
            file.Contains("akamaster") ? new Normalization([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
            : file.Contains("distiller") ? new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
            : vww ? new([0, 0, 0], [1, 1, 1])
            : new Normalization([0, 0, 0], [1 / 255.0, 1 / 255.0, 1 / 255.0]);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "reference_logits.json")));
        var rows = json
            .RootElement.GetProperty("logits")
            .EnumerateObject()
            .Single(l => l.Name.Split(' ')[0] == file)
            .Value;
        double[] expected = [.. rows.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];
        using var batch = Batches.InOrder(set, normalization).Make([.. Enumerable.Range(0, 8)]);
        var logits = Numbers.Read(model.forward(batch.Images));
        Assert.Equal(expected.Length, logits.Length);
        var size = expected.Max(Math.Abs);
        Assert.All(expected.Zip(logits), p => Assert.Equal(p.First, p.Second, 1.5e-5 * size)); // printed with five decimals
        Assert.True(Evaluation.Of(model, set.Subset([.. Enumerable.Range(0, 200)]), normalization).Accuracy > 0.8);
    }
}
