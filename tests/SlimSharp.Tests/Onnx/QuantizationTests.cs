using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>8-bit integers: rounding as defined, and the same in ONNX Runtime as in our own arithmetic.</summary>
public class QuantizationTests
{
    private const int Images = 48;
    private const float LeastNormal = 1.17549435e-38f; // of 32 bits

    public static TheoryData<string> Names =>
        [.. Topologies.All.Where(t => t.Value.Inputs.Count() == 1 && t.Value.Outputs.Length == 1).Select(t => t.Key)];

    private static QuantizedNetwork Quantize(Network network, QuantizationOptions? options = null)
    {
        using var weights = Drawn.Weights(network);
        return Quantizer.Run(network, weights, Drawn.Images(network, Images), Drawn.Normalization(network), options);
    }

    // Largest and mean difference of outputs, relative to the largest.
    private static (double Largest, double Mean) Compare(float[] a, float[] b)
    {
        var largest = a.Max(Math.Abs);
        var differences = a.Zip(b, (x, y) => (double)Math.Abs(x - y) / largest).ToArray();
        return (differences.Max(), differences.Average());
    }

    private static float[] Simulate(QuantizedNetwork quantized, Network network)
    {
        int[] rows = [.. Enumerable.Range(0, Images)];
        using var batch = ImageBatches.InOrder(Drawn.Images(network, Images), Drawn.Normalization(network)).Make(rows);
        using var output = Simulation.Run(quantized, batch.Images);
        return Numbers.ReadSingle(output);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Onnx_runtime_agrees_with_the_simulation(string name)
    {
        var network = Topologies.All[name];
        // Of all 8 bits a processor that saturates makes something else.
        bool[] ranges = Processor.AddsByteProductsExactly ? [true, false] : [true];
        foreach (var reduced in ranges)
        {
            var quantized = Quantize(network, new() { ReducedRange = reduced });
            using var session = new OnnxSession(OnnxExport.Of(quantized).ToBytes());
            var theirs = session.Run(
                Drawn.Images(network, Images),
                [.. Enumerable.Range(0, Images)],
                Drawn.Normalization(network)
            );
            var (largest, mean) = Compare(Simulate(quantized, network), theirs);
            // A step of the integers is 0.4 % of a value's range, and runtimes may round the other way where two are as
            // near.
            Assert.True(largest < 0.02 && mean < 0.004, $"{reduced} {largest:G3} {mean:G3}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Eight_bits_stay_near_the_network(string name)
    {
        var network = Topologies.All[name];
        using var weights = Drawn.Weights(network);
        using var session = new OnnxSession(OnnxExport.Of(network, weights).ToBytes());
        var exact = session.Run(
            Drawn.Images(network, Images),
            [.. Enumerable.Range(0, Images)],
            Drawn.Normalization(network)
        );
        var (_, mean) = Compare(exact, Simulate(Quantize(network), network));
        Assert.True(mean < 0.02, $"{mean:G3}");
    }

    // From the least that float64 holds up, subnormal in float32 among them, so that a step may have to be wider than
    // its range asks for.
    private static Gen<double> End =>
        from size in Gen.Double[-323, 37]
        from factor in Gen.OneOf(Gen.Const(0.0), Gen.Double[-10, 10])
        select factor * Math.Pow(10, size);

    [Fact]
    public void A_range_holds_zero_exactly_and_rounds_to_the_nearest()
    {
        Gen.Select(Gen.OneOf(Gen.Double[-10, 10], End), Gen.OneOf(Gen.Double[-10, 10], End), Gen.Double[0, 1])
            .Sample(
                (a, b, part) =>
                {
                    var (least, largest) = (Math.Min(a, b), Math.Max(a, b));
                    var range = ValueRange.Of(least, largest);
                    var x = Math.Min(least, 0) + part * (Math.Max(largest, 0) - Math.Min(least, 0));
                    Assert.Equal(0, range.Round(0));
                    Assert.Equal(range.Round(x), range.Round(range.Round(x)), 1e-6 * range.Scale);
                    Assert.True(Math.Abs(range.Round(x) - x) <= range.Scale * 1.001);
                    // Of two steps runtimes take the product, in 32 bits: it must not be subnormal.
                    Assert.True(float.IsNormal(range.Scale) && range.Scale * range.Scale >= LeastNormal);
                },
                iter: 2000
            );
    }

    [Theory]
    // A step that is subnormal in float32, and so imprecise, reaches only half as far as it should.
    [InlineData(-5514E-45, 0)]
    [InlineData(0, double.Epsilon)]
    [InlineData(0, 0)]
    [InlineData(1e-44, 3e-44)]
    public void A_range_too_narrow_for_steps_in_float32_gets_a_step_that_can_be_used(double least, double largest)
    {
        var range = ValueRange.Of(least, largest);
        Assert.True(float.IsNormal(range.Scale) && range.Scale * range.Scale >= LeastNormal);
        Assert.Equal(0, range.Round(0));
        Assert.InRange(Math.Abs(range.Round(least) - least), 0, range.Scale * 0.5);
        Assert.InRange(Math.Abs(range.Round(largest) - largest), 0, range.Scale * 0.5);
    }

    [Fact]
    public void The_range_of_least_error_is_no_worse_than_others()
    {
        var random = new Randomness(3);
        float[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (float)Math.Pow(random.NextDouble() * 2 - 1, 9))];
        values[0] = 40; // an outlier, for which not all others should pay
        var histogram = new Histogram(values.Min(), values.Max());
        histogram.Add(values);
        double Error(CalibrationMethod method)
        {
            var range = histogram.Range(new() { Method = method, Percentile = 99.9 });
            return values.Average(v => Math.Pow(v - range.Round(v), 2));
        }
        Assert.True(Error(CalibrationMethod.MeanSquaredError) <= 1.01 * Error(CalibrationMethod.MinMax));
        Assert.True(Error(CalibrationMethod.MeanSquaredError) <= 1.01 * Error(CalibrationMethod.Percentile));
        var clipped = histogram.Range(new() { Method = CalibrationMethod.Percentile, Percentile = 99.9 });
        Assert.True(clipped.Scale < histogram.Range(new() { Method = CalibrationMethod.MinMax }).Scale / 5);
    }

    [Fact]
    public void What_is_to_stay_stays_and_the_file_is_about_a_quarter()
    {
        var network = Vgg.Create(11, 10, 0.5);
        var all = Quantize(network);
        var some = Quantize(network, new() { KeepFirst = true, KeepLast = true });
        Assert.Equal(all.Layers.Keys.Skip(1).SkipLast(1).Order(), some.Layers.Keys.Order());
        using var weights = Drawn.Weights(network);
        var share = (double)OnnxExport.Of(all).ToBytes().Length / OnnxExport.Of(network, weights).ToBytes().Length;
        Assert.InRange(share, 0.24, 0.28);
        Assert.Throws<OnnxException>(() => Quantize(network, new() { Percentile = 40 }));
    }

    [Fact]
    public void A_reduced_range_never_saturates_pairs_of_products()
    {
        var layers = Quantize(Topologies.All["residual"], new() { ReducedRange = true }).Layers.Values;
        Assert.All(layers, l => Assert.InRange(l.Weights.Max(w => Math.Abs((int)w)), 60, 63));
        Assert.True(2 * 63 * byte.MaxValue <= short.MaxValue);
    }

    [Fact]
    public void Corrected_biases_bring_the_mean_of_outputs_back()
    {
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network);
        using var session = new OnnxSession(OnnxExport.Of(network, weights).ToBytes());
        var exact = session.Run(
            Drawn.Images(network, Images),
            [.. Enumerable.Range(0, Images)],
            Drawn.Normalization(network)
        );
        double Shift(bool correct)
        {
            // Weights of 7 bits, so that there is something to correct.
            var options = new QuantizationOptions { CorrectBias = correct, ReducedRange = true };
            var rounded = Simulate(Quantize(network, options), network);
            var classes = exact.Length / Images;
            return Enumerable
                .Range(0, classes)
                .Sum(c =>
                    Math.Abs(
                        Enumerable
                            .Range(0, Images)
                            .Average(i => (double)exact[i * classes + c] - rounded[i * classes + c])
                    )
                );
        }
        Assert.True(Shift(correct: true) < 0.5 * Shift(correct: false), $"{Shift(true)} {Shift(false)}");
    }
}
