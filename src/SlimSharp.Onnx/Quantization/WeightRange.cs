using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// Whether weights take 8 bits or 7, by what ONNX Runtime makes of both: where a processor adds pairs of 8-bit products
/// in 16 bits, large ones saturate, and its outputs are not
/// those of exact arithmetic.
/// </summary>
/// <param name="Network">The network with the weights that were taken.</param>
/// <param name="IsReduced">Whether these have 7 bits.</param>
/// <param name="Full">
/// The mean difference between the outputs of ONNX Runtime and those of <see cref="Simulation"/> with 8 bits, relative
/// to the largest; of several outputs that of the one that differs most.
/// </param>
/// <param name="Reduced">The same with 7 bits; NaN where 8 bits agree, so that 7 were not tried.</param>
public sealed record WeightRange(QuantizedNetwork Network, bool IsReduced, double Full, double Reduced)
{
    /// <summary>
    /// The mean difference that values explain which lie between two integers and are rounded the other way.
    /// </summary>
    public const double Rounding = 0.002;

    private const int Compared = 64; // images
    private const double Better = 0.5; // than with 8 bits; the same ties fall with 7

    /// <summary>True if outputs with 8 bits differ by more than roundings explain.</summary>
    public bool Differs => Full > Rounding;

    /// <summary>
    /// Quantises a network with 8 bits, and with 7 if these are nearer to exact arithmetic on this processor.
    /// </summary>
    /// <param name="network">The network, with one input.</param>
    /// <param name="weights">Its parameters and buffers.</param>
    /// <param name="images">Calibration images; some of them are compared on.</param>
    /// <param name="normalization">What is done to their bytes.</param>
    /// <param name="options">How, but for <see cref="QuantizationOptions.ReducedRange"/>.</param>
    public static WeightRange Measured(
        Network network,
        Weights weights,
        ImageSet images,
        Normalization normalization,
        QuantizationOptions? options = null
    )
    {
        return Measured(network, weights, images, normalization, options ?? new(), Runtime);

        float[][] Runtime(QuantizedNetwork quantized, ImageSet compared)
        {
            using var session = new OnnxSession(OnnxExport.Of(quantized).ToBytes());
            return session.Run(compared, [.. Enumerable.Range(0, compared.Count)], normalization, session.OutputNames);
        }
    }

    /// <summary>The same for any runtime: its outputs for images, in the order of the network's.</summary>
    internal static WeightRange Measured(
        Network network,
        Weights weights,
        ImageSet images,
        Normalization normalization,
        QuantizationOptions options,
        Func<QuantizedNetwork, ImageSet, float[][]> runtime
    )
    {
        var some = images.Subset(images.Spread(Math.Min(Compared, images.Count)));
        var (full, difference) = Try(reduced: false);
        if (!(difference > Rounding))
            return new(full, false, difference, double.NaN);
        var (small, less) = Try(reduced: true);
        return less < Better * difference ? new(small, true, difference, less) : new(full, false, difference, less);

        (QuantizedNetwork Network, double Difference) Try(bool reduced)
        {
            var quantized = Quantizer.Run(
                network,
                weights,
                images,
                normalization,
                options with
                {
                    ReducedRange = reduced,
                }
            );
            using var batch = ImageBatches.InOrder(some, normalization).Make([.. Enumerable.Range(0, some.Count)]);
            using var scope = TorchSharp.torch.NewDisposeScope();
            var exact = Simulation.RunAll(quantized, batch.Images);
            var theirs = runtime(quantized, some);
            return (
                quantized,
                quantized
                    .Folded.Network.Outputs.Select((name, i) => Mean(Numbers.ReadSingle(exact[name]), theirs[i]))
                    .Max()
            );
        }
    }

    private static double Mean(float[] exact, float[] theirs)
    {
        double largest = exact.Max(Math.Abs);
        var sum = exact.Zip(theirs, (a, b) => Math.Abs((double)a - b)).Sum();
        return sum == 0 ? 0 : sum / exact.Length / largest;
    }
}
