namespace SlimSharp.Onnx;

/// <summary>The weights of a convolution or linear layer as 8-bit integers, symmetric about 0, with a step for each output channel.</summary>
/// <param name="Weights">The integers, in row-major order with output channels first.</param>
/// <param name="Scales">The step of each output channel.</param>
/// <param name="Bias">The bias as 32-bit integers, in steps of the channel's times that of the input.</param>
public sealed record QuantizedLayer(sbyte[] Weights, float[] Scales, int[] Bias)
{
    /// <summary>Rounds weights: the largest of each output channel becomes <paramref name="limit"/>.</summary>
    internal static (sbyte[] Weights, float[] Scales) Round(ReadOnlySpan<double> values, int channels, int limit)
    {
        var (weights, scales, size) = (new sbyte[values.Length], new float[channels], values.Length / channels);
        for (var c = 0; c < channels; c++)
        {
            var largest = 0.0;
            foreach (var value in values.Slice(c * size, size))
                largest = Math.Max(largest, Math.Abs(value));
            scales[c] = largest > 0 ? (float)(largest / limit) : 1;
            for (var i = c * size; i < (c + 1) * size; i++)
                weights[i] = (sbyte)Math.Clamp(Math.Round(values[i] / scales[c]), -limit, limit);
        }
        return (weights, scales);
    }

    /// <summary>The weights as numbers.</summary>
    internal double[] Numbers() =>
        [.. Weights.Select((w, i) => (double)w * Scales[i / (Weights.Length / Scales.Length)])];
}
