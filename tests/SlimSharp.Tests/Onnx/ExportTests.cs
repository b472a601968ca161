using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;
using Padding = SlimSharp.Networks.Padding;

namespace SlimSharp.Tests.Onnx;

/// <summary>What ONNX Runtime computes from a written file is what the network computes.</summary>
public class ExportTests
{
    private const int Batch = 3;

    public static TheoryData<string, bool> Topology =>
        [.. Topologies.All.Keys.SelectMany(n => new[] { (n, false), (n, true) })];

    public static TheoryData<string> Names => [.. ZooEntry.All.Select(e => e.Name)];

    private static (Weights Weights, Dictionary<string, torch.Tensor> Inputs) Draw(Network network, long seed) =>
        (Drawn.Weights(network, seed), Drawn.Inputs(network, Batch, seed));

    private static double Difference(Network network, long seed, OnnxOptions? options = null)
    {
        using var scope = torch.NewDisposeScope();
        var (weights, inputs) = Draw(network, seed);
        using (weights)
            return OnnxCheck.Difference(OnnxExport.Of(network, weights, options: options), network, weights, inputs);
    }

    [Theory]
    [MemberData(nameof(Topology))]
    public void Onnx_runtime_agrees_on_every_topology(string name, bool fold) =>
        Assert.InRange(Difference(Topologies.All[name], 1, new() { FoldBatchNorms = fold }), 0, OnnxCheck.Tolerance);

    [Theory]
    [MemberData(nameof(Names))]
    public void Onnx_runtime_agrees_on_every_network_of_the_zoo(string name)
    {
        var entry = ZooEntry.All.First(e => e.Name == name);
        var size = entry.Usual.Height > 100 ? 64 : entry.Usual.Height;
        Assert.InRange(Difference(entry.Create(10, 0.25, new(3, size, size)), 2), 0, OnnxCheck.Tolerance);
    }

    [Fact]
    public void Windows_of_every_kind_come_out_as_they_are()
    {
        var windows =
            from kernel in Gen.Int[1, 4].Array[2]
            from stride in Gen.Int[1, 4].Array[2]
            from pad in Gen.Int[0, 2].Array[4]
            from size in Gen.Int[7, 11].Array[2] // of 4 taps, dilated by 2, the window is 7
            from dilation in Gen.Int[1, 2].Array[2]
            from kind in Gen.Int[0, 4]
            from ceil in Gen.Bool
            select (kernel, stride, pad, size, dilation, kind, ceil);
        windows.Sample(
            w =>
            {
                Kernel kernel = new(w.kernel[0], w.kernel[1]);
                Extent stride = new(w.stride[0], w.stride[1]);
                var (top, left) = (Math.Min(w.pad[0], w.kernel[0] / 2), Math.Min(w.pad[1], w.kernel[1] / 2));
                Padding even = new(top, left, top, left);
                Layer layer = w.kind switch
                {
                    0 => new MaxPool(kernel)
                    {
                        Stride = stride,
                        Padding = even,
                        Ceil = w.ceil,
                    },
                    1 => new AveragePool(kernel)
                    {
                        Stride = stride,
                        Padding = even,
                        Ceil = w.ceil,
                    },
                    2 => new TransposedConvolution(6, kernel)
                    {
                        Stride = stride,
                        Padding = even,
                        Groups = 2,
                        Bias = w.ceil,
                    },
                    3 => new Convolution(8, kernel)
                    {
                        Stride = stride,
                        Padding = new(w.pad[0], w.pad[1], w.pad[2], w.pad[3]),
                        Groups = w.ceil ? 4 : 2,
                    },
                    _ => new Convolution(5, kernel)
                    {
                        Stride = stride,
                        Padding = even,
                        Dilation = new(w.dilation[0], w.dilation[1]),
                        Bias = w.ceil,
                    },
                };
                var network = new NetworkBuilder("window", new Shape(4, w.size[0], w.size[1]));
                var result = network.Node("layer", layer, network.Input);
                return Difference(network.Build(network.Node("norm", new BatchNorm(), result)), 3)
                    <= OnnxCheck.Tolerance;
            },
            iter: 150
        );
    }

    [Theory]
    [InlineData(0, 0)] // after the convolution: its rows are put in order
    [InlineData(1, 0)] // before one, through BatchNorm and activation: its columns are
    [InlineData(2, 1)] // a part of what others read, too
    public void A_selection_is_no_operator_where_weights_can_be_put_in_order(int place, int left)
    {
        var b = new NetworkBuilder("select", new Shape(3, 8, 8));
        var x = b.Convolution("conv1", b.Input, 4);
        var y = place switch
        {
            0 => b.Select("select", x, 3, 1, Select.Zero, 0),
            1 => b.Select("select", b.Activation("act", x), 2, 0, 3, 1),
            _ => b.Select("select", x, 1, 3),
        };
        y = b.Activation("relu", b.BatchNorm("bn", y), ActivationFunction.Relu);
        y = b.Convolution("conv2", y, 5);
        var network = place == 2 ? b.Build(x, y) : b.Build(y);
        using var scope = torch.NewDisposeScope();
        var (weights, inputs) = Draw(network, 4);
        using (weights)
        {
            var model = OnnxExport.Of(network, weights);
            Assert.Equal(left, model.Nodes.Count(n => n.Operator is "Gather" or "Slice" or "Pad"));
            Assert.InRange(OnnxCheck.Difference(model, network, weights, inputs), 0, OnnxCheck.Tolerance);
        }
    }

    [Theory]
    [InlineData(OnnxPixels.Normalized)]
    [InlineData(OnnxPixels.Bytes)]
    [InlineData(OnnxPixels.BytesChannelsLast)]
    public void Images_give_the_same_in_whatever_form_they_are_read(OnnxPixels pixels)
    {
        var network = Topologies.All["residual"];
        using var scope = torch.NewDisposeScope();
        var (weights, _) = Draw(network, 5);
        using (weights)
        {
            var shape = network.Shapes[network.Inputs.Single().Name];
            var bytes = new byte[7 * shape.Count];
            new Random(1).NextBytes(bytes);
            var images = new ImageSet("noise", shape, bytes, [0, 1, 2, 3, 4, 0, 1], ["a", "b", "c", "d", "e"]);
            var model = OnnxExport.Of(network, weights, Normalization.Cifar, new() { Pixels = pixels });
            Assert.InRange(
                OnnxCheck.Difference(model, network, weights, images, Normalization.Cifar),
                0,
                OnnxCheck.Tolerance
            );
        }
    }

    [Fact]
    public void A_fixed_factor_goes_into_the_layer_that_alone_feeds_it()
    {
        var network = Topologies.All["factors"];
        using var weights = Drawn.Weights(network);
        int Products(bool fold) =>
            OnnxExport
                .Of(network, weights, options: new() { FoldBatchNorms = fold })
                .Nodes.Count(n => n.Operator == "Mul");
        Assert.Equal((4, 2), (Products(fold: false), Products(fold: true))); // those of the input and of a mean stay
    }

    [Fact]
    public void Batches_of_any_size_fit_and_a_wrong_shape_is_told()
    {
        var network = Topologies.All["residual"];
        using var scope = torch.NewDisposeScope();
        var (weights, _) = Draw(network, 6);
        using (weights)
        using (var session = new OnnxSession(OnnxExport.Of(network, weights).ToBytes()))
        {
            var shape = network.Shapes[network.Inputs.Single().Name];
            var one = session.Run(new float[shape.Count], shape.Sizes(1));
            var four = session.Run(new float[4 * shape.Count], shape.Sizes(4));
            Assert.Equal([.. one, .. one, .. one, .. one], four);
            Assert.Throws<OnnxException>(() => session.Run(new float[5], 1, 5));
        }
        Assert.Throws<OnnxException>(() => new OnnxSession([1, 2, 3]));
    }

    [Fact]
    public void A_difference_beyond_rounding_is_seen()
    {
        var network = Topologies.All["residual"];
        using var scope = torch.NewDisposeScope();
        var (weights, inputs) = Draw(network, 7);
        var (other, _) = Draw(network, 8);
        using (weights)
        using (other)
            Assert.True(OnnxCheck.Difference(OnnxExport.Of(network, other), network, weights, inputs) > 0.01);
    }
}
