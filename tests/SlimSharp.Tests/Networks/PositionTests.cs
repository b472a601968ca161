using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

/// <summary>What treats all positions alike does so on vectors, sequences and images.</summary>
public class PositionTests
{
    private const int Rows = 2;
    private const int Columns = 3;
    private const int Tokens = Rows * Columns;

    private static Network Pointwise(string name, Shape input)
    {
        var b = new NetworkBuilder(name, input);
        var x = b.Node("slope", new PRelu(), b.Linear("first", b.Input, 6));
        x = b.Activation("silu", b.Add("sum", x, b.Shift("shift", b.Factor("factor", x))), ActivationFunction.Silu);
        x = b.Concat("both", b.Select("some", x, 4, Select.Zero, 0, 2), b.Dropout("dropout", x, 0.2));
        x = b.Multiply("product", x, b.Node("norm", new LayerNorm(), x));
        return b.Build(b.Linear("last", x, 5));
    }

    private static Network Sequence() => Pointwise("pointwise", Shape.Sequence(Tokens, 4));

    [Fact]
    public void A_sequence_and_an_image_are_computed_position_by_position_as_vectors_are()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var vector = Pointwise("pointwise", new Shape(4));
        using var weights = Drawn.Wide(vector, 1);
        torch.Tensor Run(Network network, torch.Tensor x)
        {
            using var model = new Model(network, weights.Copy());
            model.eval();
            return model.call(x);
        }
        var tokens = torch.randn([2, Tokens, 4], torch.float64);
        var expected = Run(vector, tokens.view(2 * Tokens, 4)).view(2, Tokens, 5);
        Assert.InRange(Numbers.RelativeDifference(Run(Sequence(), tokens), expected), 0, 1e-14);

        var image = Pointwise("pointwise", new Shape(4, Rows, Columns));
        var pixels = Run(image, tokens.transpose(1, 2).reshape(2, 4, Rows, Columns));
        Assert.InRange(
            Numbers.RelativeDifference(pixels, expected.transpose(1, 2).reshape(2, 5, Rows, Columns)),
            0,
            1e-14
        );
    }

    [Fact]
    public void The_cost_of_a_linear_layer_counts_positions()
    {
        Assert.Equal(6 * (4 * 6 + 10 * 5), NetworkCost.Of(Sequence()).Macs);
        Assert.Equal(4 * 6 + 10 * 5, NetworkCost.Of(Pointwise("pointwise", new Shape(4))).Macs);
    }

    [Fact]
    public void Gradients_on_a_sequence_are_those_of_the_framework_s_own_graph()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.randn([3, Tokens, 4]);
        var gradients = new[] { ScheduleOptions.Plain, new ScheduleOptions() }
            .Select(options =>
            {
                using var model = new Model(Sequence(), Drawn.Weights(Sequence(), 2)) { Options = options };
                var mode = new RunMode(true) { Sampling = new(1, 0, [0, 1, 2]) };
                model.Output(x, mode).square().sum().backward();
                return model.parameters().Select(p => Numbers.Read(p.grad!)).ToArray();
            })
            .ToArray();
        foreach (var (plain, own) in gradients[0].Zip(gradients[1]))
            Assert.Equal(0, plain.Zip(own, (a, b) => Math.Abs(a - b)).Max() / plain.Max(Math.Abs), 1e-5);
    }

    [Fact]
    public void Tokens_are_selected_pooled_scaled_and_flattened()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var b = new NetworkBuilder("tokens", Shape.Sequence(4, 3));
        var some = b.Node("some", new Select([2, 0, Select.Zero]) { Axis = PositionAxis.Tokens }, b.Input);
        var network = b.Build(
            some,
            b.GlobalAveragePool("mean", some),
            b.Multiply("scaled", some, "mean"),
            b.Flatten("flat", some)
        );
        using var model = new Model(network, new Weights());
        var x = torch.arange(24, torch.float32).view(2, 4, 3);
        var y = model.Run(new Dictionary<string, torch.Tensor> { ["input"] = x });
        double[] chosen = [6, 7, 8, 0, 1, 2, 0, 0, 0];
        double[] mean = [2, 8 / 3.0, 10 / 3.0];
        Assert.Equal([2, 3, 3], y["some"].shape);
        Assert.Equal(chosen, Numbers.Read(y["some"][0]));
        Assert.Equal(mean, Numbers.Read(y["mean"][0]), (a, c) => Math.Abs(a - c) < 1e-6);
        Assert.Equal(
            chosen.Select((v, i) => v * mean[i % 3]),
            Numbers.Read(y["scaled"][0]),
            (a, c) => Math.Abs(a - c) < 1e-5
        );
        Assert.Equal([2, 9], y["flat"].shape);
        Assert.Equal(chosen, Numbers.Read(y["flat"][0]));
    }

    [Fact]
    public void Onnx_runtime_agrees_on_sequences_and_on_linear_layers_of_pixels()
    {
        var b = new NetworkBuilder("tokens", Shape.Sequence(4, 3));
        var x = b.Node(
            "some",
            new Select([2, 0, Select.Zero]) { Axis = PositionAxis.Tokens },
            b.Linear("first", b.Input, 5)
        );
        x = b.Multiply("scaled", x, b.Activation("gate", b.GlobalAveragePool("mean", x), ActivationFunction.Sigmoid));
        x = b.Node("two", new Select([0, 1]) { Axis = PositionAxis.Tokens }, x);
        Network[] networks =
        [
            Sequence(),
            Pointwise("pixels", new Shape(4, Rows, Columns)),
            b.Build(b.Linear("last", b.Flatten("flat", x), 2)),
        ];
        foreach (var network in networks)
        {
            using var weights = Drawn.Weights(network);
            var inputs = Drawn.Inputs(network, 3, 1);
            Assert.InRange(
                OnnxCheck.Difference(OnnxExport.Of(network, weights), network, weights, inputs),
                0,
                OnnxCheck.Tolerance
            );
        }
    }

    [Fact]
    public void Sequences_are_stored_and_networks_without_them_as_they_always_were()
    {
        var b = new NetworkBuilder("tokens", Shape.Sequence(4, 3));
        var network = b.Build(b.Node("some", new Select([2]) { Axis = PositionAxis.Tokens }, b.Input));
        var json = JsonSerializer.Serialize(network, SlimJson.Default.Network);
        Assert.Contains("\"tokens\":4", json);
        Assert.Contains("\"axis\":\"Tokens\"", json);
        Assert.Equal(network, CheckedJson.Read(json, SlimJson.Default.Network));
        json = JsonSerializer.Serialize(Topologies.All["shuffle"], SlimJson.Default.Network);
        Assert.DoesNotContain("tokens", json);
        Assert.DoesNotContain("axis", json);
    }

    [Fact]
    public void What_needs_an_image_says_so_of_a_sequence()
    {
        const string Read = "its input is a sequence of 4 tokens with 3 channels";
        foreach (
            var layer in (Layer[])
                [
                    new Convolution(2, 1),
                    new TransposedConvolution(2, 1),
                    new MaxPool(1),
                    new AveragePool(1),
                    new Upsample(2),
                ]
        )
        {
            var refused = Assert.Throws<NetworkException>(() => layer.Output([Shape.Sequence(4, 3)]));
            Assert.EndsWith(Read, refused.Message);
        }
        var tokens = new Select([0]) { Axis = PositionAxis.Tokens };
        Assert.Contains("selects tokens, but its input is a vector of 3", Refusal(tokens, new Shape(3)));
        Assert.Contains(
            "selects token 4 of an input with 4",
            Refusal(tokens with { Indices = [4] }, Shape.Sequence(4, 3))
        );
        Assert.Contains("picks, which is for channels", Refusal(tokens with { Picks = true }, Shape.Sequence(4, 3)));
        Assert.Contains(
            "impossible shape",
            Assert.Throws<NetworkException>(() => new Input(new(3, 2, 2, 4)).Output([])).Message
        );

        static string Refusal(Layer layer, Shape input) =>
            Assert.Throws<NetworkException>(() => layer.Output([input])).Message;
    }
}
