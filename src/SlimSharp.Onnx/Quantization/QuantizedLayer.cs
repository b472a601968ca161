namespace SlimSharp.Onnx;

/// <summary>
/// The weights of a convolution or linear layer as 8-bit integers, symmetric about 0, with a step for each output
/// channel.
/// </summary>
/// <param name="Weights">The integers, in row-major order with output channels first.</param>
/// <param name="Scales">The step of each output channel.</param>
/// <param name="Bias">The bias as 32-bit integers, in steps of the channel's times that of the input.</param>
public sealed record QuantizedLayer(sbyte[] Weights, float[] Scales, int[] Bias)
{
    // Of the 32 bits in which runtimes add up; the other half is left to what is corrected later.
    private const long Room = int.MaxValue / 2;

    /// <summary>
    /// Rounds weights and biases: the largest weight of each output channel becomes <paramref name="limit"/>, unless
    /// the bias, or the sum that it begins, would not fit
    /// into 32 bits. Then the channel's step is wider: beside such a bias its weights are next to nothing.
    /// </summary>
    /// <param name="values">The weights, output channels first.</param>
    /// <param name="bias">One for each output channel.</param>
    /// <param name="limit">The largest integer for a weight.</param>
    /// <param name="input">The range of what the layer reads.</param>
    internal static QuantizedLayer Round(
        ReadOnlySpan<double> values,
        ReadOnlySpan<double> bias,
        int limit,
        ValueRange input
    )
    {
        var layer = new QuantizedLayer(new sbyte[values.Length], new float[bias.Length], new int[bias.Length]);
        var size = values.Length / bias.Length;
        for (var c = 0; c < bias.Length; c++)
        {
            var row = values.Slice(c * size, size);
            var step = Step(row, bias[c], limit, input);
            while (!layer.TryRound(c, row, bias[c], step, limit, input))
                step *= 2; // only where hundreds of thousands of weights are rounded up
        }
        return layer;
    }

    /// <summary>The weights as numbers.</summary>
    internal double[] Numbers() =>
        [.. Weights.Select((w, i) => (double)w * Scales[i / (Weights.Length / Scales.Length)])];

    /// <summary>The layer with more in each bias, in numbers; as much of it as fits into 32 bits.</summary>
    internal QuantizedLayer Shifted(double[] more, ValueRange input)
    {
        var bias = new int[Bias.Length];
        for (var c = 0; c < bias.Length; c++)
        {
            var room = (double)(int.MaxValue - Products(c));
            var steps = Math.Round(more[c] / ((double)Scales[c] * input.Scale));
            bias[c] = (int)Math.Clamp(Bias[c] + steps, -room, room);
        }
        return this with { Bias = bias };
    }

    /// <summary>The largest that a channel's products with bytes can add up to.</summary>
    internal long Products(int channel)
    {
        var size = Weights.Length / Scales.Length;
        var sum = 0L;
        foreach (var weight in Weights.AsSpan(channel * size, size))
            sum += Math.Abs((int)weight);
        return sum * byte.MaxValue;
    }

    private static float Step(ReadOnlySpan<double> row, double bias, int limit, ValueRange input)
    {
        var (largest, sum) = (0.0, 0.0);
        foreach (var value in row)
            (largest, sum) = (Math.Max(largest, Math.Abs(value)), sum + Math.Abs(value));
        if (largest == 0 && bias == 0)
            return 1;
        var needed = (Math.Abs(bias) / input.Scale + sum * byte.MaxValue) / Room;
        return Math.Max((float)Math.Max(largest / limit, needed), ValueRange.LeastStep);
    }

    // False if sums might not fit.
    private bool TryRound(int channel, ReadOnlySpan<double> row, double bias, float step, int limit, ValueRange input)
    {
        for (var i = 0; i < row.Length; i++)
            Weights[channel * row.Length + i] = (sbyte)Math.Clamp(Math.Round(row[i] / step), -limit, limit);
        var steps = Math.Round(bias / ((double)step * input.Scale));
        if (Math.Abs(steps) + Products(channel) > int.MaxValue)
            return false;
        (Scales[channel], Bias[channel]) = (step, (int)steps);
        return true;
    }
}
