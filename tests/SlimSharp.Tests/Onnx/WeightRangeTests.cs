using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// Whether weights take 8 or 7 bits is decided by what the runtime makes of them; processors without VNNI are played by
/// <see cref="IntegerRuntime"/>.
/// </summary>
public class WeightRangeTests
{
    private const int Images = 24;
    private static readonly Network Network = Topologies.All["residual"];

    private static WeightRange Measure(Func<QuantizedNetwork, float[], float[]> runtime)
    {
        using var weights = Saturating();
        var normalization = Drawn.Normalization(Network);
        return WeightRange.Measured(
            Network,
            weights,
            Drawn.Images(Network, Images),
            normalization,
            new(),
            (quantized, images) =>
            {
                using var batch = ImageBatches
                    .InOrder(images, normalization)
                    .Make([.. Enumerable.Range(0, images.Count)]);
                return [runtime(quantized, Numbers.ReadSingle(batch.Images))];
            }
        );
    }

    // All weights of a channel of one size, so that pairs of products with bright pixels leave 16 bits.
    private static Weights Saturating()
    {
        using var still = torch.no_grad();
        var weights = Drawn.Weights(Network);
        foreach (var name in weights.Names.Where(n => n.EndsWith("conv.weight", StringComparison.Ordinal)).ToArray())
        {
            using var signs = weights[name].sign();
            weights[name].copy_(signs.mul(0.2f));
        }
        return weights;
    }

    [Fact]
    public void Where_products_saturate_weights_take_seven_bits()
    {
        var range = Measure((q, images) => new IntegerRuntime(q, saturates: true).Run(images, Images));
        Assert.True(range.IsReduced && range.Differs, $"{range}");
        Assert.True(range.Reduced < WeightRange.Rounding, $"{range}");
        Assert.All(range.Network.Layers.Values, l => Assert.InRange(l.Weights.Max(w => Math.Abs((int)w)), 1, 63));
    }

    [Fact]
    public void Where_products_are_added_exactly_weights_keep_eight_bits()
    {
        var range = Measure((q, images) => new IntegerRuntime(q).Run(images, Images));
        Assert.False(range.IsReduced || range.Differs, $"{range}");
        Assert.Equal(double.NaN, range.Reduced);
        Assert.Contains(range.Network.Layers.Values, l => l.Weights.Max(w => Math.Abs((int)w)) == 127);
    }

    [Fact]
    public void What_is_off_with_either_is_no_saturation_and_keeps_eight_bits()
    {
        var range = Measure(
            (q, images) => [.. new IntegerRuntime(q).Run(images, Images).Select((x, i) => x + (i % 2 == 0 ? 1 : -1))]
        );
        Assert.True(!range.IsReduced && range.Differs, $"{range}");
    }

    [Fact]
    public void Onnx_runtime_is_measured_on_the_processor_at_hand()
    {
        using var weights = Saturating();
        var images = Drawn.Images(Network, Images);
        var range = WeightRange.Measured(Network, weights, images, Drawn.Normalization(Network));
        Assert.Equal(!Processor.AddsByteProductsExactly, range.IsReduced);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Every_output_counts(int disturbed)
    {
        var b = new NetworkBuilder("two outputs", new Shape(3, 12, 12));
        var x = b.GlobalAveragePool("pool", b.ConvBnRelu("stem", b.Input, 8));
        var network = b.Build(b.Linear("left", x, 4), b.Linear("right", x, 5));
        using var weights = Drawn.Weights(network);
        var normalization = Drawn.Normalization(network);
        WeightRange Measure(float by) =>
            WeightRange.Measured(
                network,
                weights,
                Drawn.Images(network, Images),
                normalization,
                new(),
                (quantized, images) =>
                {
                    using var scope = torch.NewDisposeScope();
                    using var batch = ImageBatches
                        .InOrder(images, normalization)
                        .Make([.. Enumerable.Range(0, images.Count)]);
                    var exact = Simulation.RunAll(quantized, batch.Images);
                    return
                    [
                        .. network.Outputs.Select(
                            (o, i) =>
                                (float[])[.. Numbers.ReadSingle(exact[o]).Select(v => i == disturbed ? v + by : v)]
                        ),
                    ];
                }
            );
        Assert.False(Measure(0).Differs);
        Assert.True(Measure(1).Differs);
    }
}
