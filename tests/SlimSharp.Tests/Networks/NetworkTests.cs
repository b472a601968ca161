using SlimSharp.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Networks;

using Linear = SlimSharp.Networks.Linear;

public class NetworkTests
{
    private static Network With(Layer layer, int inputs = 1) =>
        new(
            "n",
            [new("input", new Input(new Shape(4, 8, 8)), []), new("x", layer, [.. Enumerable.Repeat("input", inputs)])],
            ["x"]
        );

    private static string Refusal(Func<object> make) => Assert.Throws<NetworkException>(make).Message;

    [Fact]
    public void Wrong_networks_are_refused_with_the_node_and_the_reason()
    {
        Assert.Contains("Convolution 'x' has 3 groups", Refusal(() => With(new Convolution(6, 3) { Groups = 3 })));
        Assert.Contains("'x' has a window of 9, larger than", Refusal(() => With(new Convolution(6, 9))));
        Assert.Contains("0 output channels", Refusal(() => With(new Convolution(0, 3))));
        Assert.Contains("has 0 outputs", Refusal(() => With(new Linear(0))));
        Assert.Contains("selects channel 4 of an input with 4", Refusal(() => With(new Select([0, 4]))));
        Assert.Contains("selects no channel", Refusal(() => With(new Select([]))));
        Assert.Contains("needs one in [0, 1)", Refusal(() => With(new Dropout(1))));
        Assert.Contains("more than half", Refusal(() => With(new MaxPool(2) { Padding = 2 })));
        Assert.Contains("opposite sides", Refusal(() => With(new AveragePool(3) { Padding = new(1, 0, 0, 0) })));
        Assert.Contains("has 1 inputs, but takes 2 or more", Refusal(() => With(new Add())));
        Assert.Contains("has 2 inputs, but takes 1", Refusal(() => With(new BatchNorm(), 2)));
        Assert.Contains("needs ε > 0", Refusal(() => With(new BatchNorm { Epsilon = 0 })));
        Assert.Contains("groups that divide", Refusal(() => With(new GroupNorm(7))));
        Assert.Contains(
            "same padding",
            Refusal(() => With(new TransposedConvolution(2, 3) { Padding = new(1, 0, 0, 0) }))
        );
        Assert.Contains(
            "output padding of 1",
            Refusal(() => With(new TransposedConvolution(2, 3) { OutputPadding = 1 }))
        );
        Assert.Contains("factors of at least 1", Refusal(() => With(new Upsample(0))));
        Assert.Contains(
            "no earlier node with parameters",
            Refusal(() =>
                new Network("n", [new("a", new Input(new(1)), []), new("b", new Linear(1), ["a"], "c")], ["b"])
            )
        );
        Assert.Contains(
            "is another layer",
            Refusal(() =>
                new Network(
                    "n",
                    [
                        new("a", new Input(new(1)), []),
                        new("b", new Linear(2), ["a"]),
                        new("c", new Linear(2), ["b"], "b"),
                    ],
                    ["c"]
                )
            )
        );
        Assert.Contains("no earlier node", Refusal(() => new Network("n", [new("a", new BatchNorm(), ["b"])], ["a"])));
        Assert.Contains(
            "stands for two",
            Refusal(() => new Network("n", [new("a", new Input(new(1)), []), new("a", new Input(new(1)), [])], ["a"]))
        );
        Assert.Contains("has no output", Refusal(() => new Network("n", [new("a", new Input(new(1)), [])], [])));
        Assert.Contains("is not a node", Refusal(() => new Network("n", [new("a", new Input(new(1)), [])], ["z"])));
        Assert.Contains(
            "different shapes",
            Refusal(() =>
                new Network(
                    "n",
                    [new("a", new Input(new(1)), []), new("b", new Input(new(2)), []), new("c", new Add(), ["a", "b"])],
                    ["c"]
                )
            )
        );
        Assert.Contains("no VGG of depth 12", Refusal(() => Vgg.Create(12)));
        Assert.Contains("would have 0", Refusal(() => Vgg.Create(16, width: 0.001)));
        Assert.Contains("There is no network 'lenet'", Refusal(() => ZooEntry.Get("lenet", 10, 1, new(3, 32, 32))));
    }

    [Theory]
    [InlineData(11, 9_228_362, 2_752)]
    [InlineData(13, 9_413_066, 2_944)]
    [InlineData(16, 14_724_042, 4_224)]
    [InlineData(19, 20_035_018, 5_504)]
    public void Vgg_has_the_published_parameters_and_scales(int depth, long parameters, long scales)
    {
        var cost = NetworkCost.Of(Vgg.Create(depth));
        Assert.Equal((parameters, scales), (cost.Parameters, cost.Scales));
    }

    [Fact]
    public void Vgg19_has_the_published_costs()
    {
        Assert.Equal(new NetworkCost(20_035_018, 398_136_320, 797_304_842, 5_504), NetworkCost.Of(Vgg.Create(19)));
        Assert.Equal(
            new NetworkCost(20_081_188, 398_182_400, 797_397_092, 5_504),
            NetworkCost.Of(Vgg.Create(19, classes: 100))
        );
        var half = NetworkCost.Of(Vgg.Create(19, width: 0.5));
        Assert.Equal((5_013_226, 200_471_562), (half.Parameters, half.PublishedFlops));
    }

    [Theory]
    [InlineData("49,64,0,128,128,0,256,254,234,198,0,114,41,24,11,0,14,13,19,104", 2_366_600, 417_498_874)]
    [InlineData("52,64,0,128,128,0,256,254,245,214,0,179,117,116,229,0,228,220,210,111", 4_612_633, 464_103_282)]
    public void Pruned_configurations_have_the_published_costs(string widths, long parameters, long flops)
    {
        var cost = NetworkCost.Of(Vgg.Create("vgg19", [.. widths.Split(',').Select(int.Parse)]));
        Assert.Equal((parameters, flops), (cost.Parameters, cost.PublishedFlops));
    }

    [Fact]
    public void One_channel_less_in_the_first_layer_saves_605_parameters()
    {
        int[] widths = [64, 64, 0, 128, 128, 0, 256, 256, 256, 256, 0, 512, 512, 512, 512, 0, 512, 512, 512, 512];
        var whole = NetworkCost.Of(Vgg.Create("vgg19", widths)).Parameters;
        widths[0]--;
        Assert.Equal(605, whole - NetworkCost.Of(Vgg.Create("vgg19", widths)).Parameters);
    }

    [Fact]
    public void Equal_networks_are_equal_and_others_are_not()
    {
        foreach (var (name, network) in Topologies.All)
        {
            Assert.Equal(network, new Network(network.Name, network.Nodes, network.Outputs));
            Assert.All(Topologies.All.Where(o => o.Key != name), o => Assert.NotEqual(network, o.Value));
        }
    }
}
