using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>Biases, however large beside the weights, fit into the 32 bits in which runtimes add up.</summary>
public class BiasRangeTests
{
    private const int Channels = 6;
    private const int Images = 8;

    private static readonly Network Network = Build();

    private static Network Build()
    {
        var b = new NetworkBuilder("bias", new Shape(3, 5, 5));
        var x = b.ConvBnRelu("first", b.Input, Channels);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", b.ConvBnRelu("second", x, 4)), 3));
    }

    // Of a size between two powers of ten, of either sign.
    private static Gen<double> Sized(double least, double largest) =>
        from exponent in Gen.Double[least, largest]
        from isNegative in Gen.Bool
        select (isNegative ? -1 : 1) * Math.Pow(10, exponent);

    [Fact]
    public void Scales_and_shifts_of_any_size_come_out_as_they_are() =>
        (
            from scales in Sized(-8, 3).Array[Channels]
            from shifts in Sized(-6, 3).Array[Channels]
            from corrected in Gen.Bool
            select (scales, shifts, corrected)
        ).Sample(x => Check(x.scales, x.shifts, x.corrected), iter: 40);

    [Theory]
    [InlineData(1e-5, 1)]
    [InlineData(1e-8, 1)]
    [InlineData(1e-8, -1000)]
    [InlineData(0, 0.3)] // no weight is left, but the bias is as exact as any
    public void A_small_scale_with_a_large_shift_keeps_the_shift(double scale, double shift) =>
        Check([.. Enumerable.Repeat(scale, Channels)], [.. Enumerable.Repeat(shift, Channels)], corrected: true);

    private static void Check(double[] scales, double[] shifts, bool corrected)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var weights = Drawn.Weights(Network);
        weights["first.bn.weight"] = Numbers.Tensor(scales, [Channels], torch.float32);
        weights["first.bn.bias"] = Numbers.Tensor(shifts, [Channels], torch.float32);
        var (images, normalization) = (Drawn.Images(Network, Images), Drawn.Normalization(Network));
        var options = new QuantizationOptions
        {
            CorrectBias = corrected,
            ReducedRange = !Processor.AddsByteProductsExactly,
        };
        var quantized = Quantizer.Run(Network, weights, images, normalization, options);
        foreach (var layer in quantized.Layers.Values)
        {
            var size = layer.Weights.Length / layer.Bias.Length;
            for (var c = 0; c < layer.Bias.Length; c++)
            {
                var products = layer.Weights.Skip(c * size).Take(size).Sum(w => 255L * Math.Abs((long)w));
                Assert.True(Math.Abs((long)layer.Bias[c]) + products <= int.MaxValue);
            }
        }
        int[] rows = [.. Enumerable.Range(0, Images)];
        using var batch = ImageBatches.InOrder(images, normalization).Make(rows);
        var pixels = Numbers.ReadSingle(batch.Images);
        // Every channel of the layer, each against its own largest value, is what the network computes in float64.
        using var exact = new Model(Network, weights.Copy(torch.float64));
        exact.eval();
        var value = exact.Run(
            new Dictionary<string, torch.Tensor> { ["input"] = batch.Images.to(torch.float64) },
            ["first.bn"]
        )["first.bn"];
        var runtime = new IntegerRuntime(quantized);
        var area = Network.Shapes["first.bn"].Area;
        for (var i = 0; i < Images; i++)
        {
            runtime.Run([.. pixels.Skip(i * pixels.Length / Images).Take(pixels.Length / Images)], 1);
            var (ours, theirs) = (runtime.Made["first.conv"], Numbers.Read(value[i]));
            for (var c = 0; c < Channels; c++)
            {
                var (a, b) = (ours[(c * area)..((c + 1) * area)], theirs[(c * area)..((c + 1) * area)]);
                var largest = Numbers.Read(value.select(1, c)).Max(Math.Abs);
                Assert.InRange(a.Zip(b, (x, y) => Math.Abs(x - y)).Max(), 0, 0.03 * largest);
            }
        }
        // ONNX Runtime and the simulation compute that, too.
        var outputs = runtime.Run(pixels, Images);
        using var session = new OnnxSession(OnnxExport.Of(quantized).ToBytes());
        using var simulated = Simulation.Run(quantized, batch.Images);
        foreach (var other in (float[][])[session.Run(images, rows, normalization), Numbers.ReadSingle(simulated)])
            Assert.InRange(outputs.Zip(other, (x, y) => Math.Abs(x - y)).Max(), 0, 0.02 * outputs.Max(Math.Abs));
    }
}
