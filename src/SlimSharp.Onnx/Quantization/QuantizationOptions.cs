namespace SlimSharp.Onnx;

/// <summary>How a network is brought to 8-bit integers after training.</summary>
public sealed record QuantizationOptions
{
    /// <summary>How ranges of values are chosen.</summary>
    public CalibrationMethod Method { get; init; } = CalibrationMethod.MeanSquaredError;

    /// <summary>Percent of values that <see cref="CalibrationMethod.Percentile"/> keeps inside.</summary>
    public double Percentile { get; init; } = 99.99;

    /// <summary>The first layer with weights stays in 32-bit numbers.</summary>
    public bool KeepFirst { get; init; }

    /// <summary>The last layer with weights stays in 32-bit numbers.</summary>
    public bool KeepLast { get; init; }

    /// <summary>Biases make good what rounding does to the mean of every channel (Nagel et al., ICCV 2019).</summary>
    public bool CorrectBias { get; init; } = true;

    /// <summary>
    /// Weights of 7 bits, for processors that add pairs of 8-bit products in 16 bits and would saturate (AVX2 and
    /// AVX-512 without VNNI).
    /// </summary>
    public bool ReducedRange { get; init; }

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="OnnxException">The percentile is not in (50, 100].</exception>
    public void Check()
    {
        if (Percentile is not (> 50 and <= 100))
            throw new OnnxException($"The percentile is {Percentile}, but must be above 50 and at most 100.");
    }
}
