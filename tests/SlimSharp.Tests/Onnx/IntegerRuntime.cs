using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Tests.Networks;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// A quantised network in plain loops, as a runtime of 8-bit integers computes it: sums of products in float64, which
/// cannot wrap, or, with <paramref name="saturates"/>,
/// pairs of products in 16 bits that saturate, as in the instruction VPMADDUBSW of processors without VNNI. Written
/// from the definition of the operators, not from the code that is tested.
/// </summary>
internal sealed class IntegerRuntime(QuantizedNetwork quantized, bool saturates = false)
{
    /// <summary>What the rounded layers made of the last image, before it was rounded.</summary>
    internal Dictionary<string, double[]> Made { get; } = [];

    /// <summary>The outputs for images, N×C×H×W.</summary>
    internal float[] Run(float[] images, int count)
    {
        var size = images.Length / count;
        return
        [
            .. Enumerable
                .Range(0, count)
                .SelectMany(i => Run([.. images.AsSpan(i * size, size).ToArray().Select(v => (double)v)]))
                .Select(v => (float)v),
        ];
    }

    /// <summary>The output for one image.</summary>
    internal double[] Run(double[] image)
    {
        var network = quantized.Folded.Network;
        var values = new Dictionary<string, double[]>();
        foreach (var node in network.Nodes)
        {
            double[][] inputs = [.. node.Inputs.Select(i => values[i])];
            var shape = node.Inputs.IsEmpty ? default : network.Shapes[node.Inputs[0]];
            var value = node.Layer switch
            {
                Input => image,
                Convolution c => Multiply(node, inputs[0], Windows(c, shape, network.Shapes[node.Name])),
                BatchNorm n when shape.IsSequence => Normalize(node.Name, n, inputs[0], shape.Channels),
                TokenKinds.Pixels => [.. Positions(shape).SelectMany(p => p.Select(i => inputs[0][i]))],
                SlimSharp.Networks.Linear l when shape.IsSequence =>
                [
                    .. inputs[0]
                        .Chunk(shape.Channels)
                        .SelectMany(t => Multiply(node, t, [.. Enumerable.Repeat(All(shape), l.Channels)])),
                ],
                SlimSharp.Networks.Linear l => Multiply(
                    node,
                    inputs[0],
                    [.. Enumerable.Repeat(All(shape), l.Channels)]
                ),
                Activation { Function: ActivationFunction.Relu } => [.. inputs[0].Select(x => Math.Max(x, 0))],
                Add => [.. inputs[0].Zip(inputs[1], (a, b) => a + b)],
                GlobalAveragePool when shape.IsSequence =>
                [
                    .. Enumerable
                        .Range(0, shape.Channels)
                        .Select(c => inputs[0].Where((_, i) => i % shape.Channels == c).Average()),
                ],
                GlobalAveragePool => [.. inputs[0].Chunk(shape.Area).Select(c => c.Average())],
                var other => throw new NotSupportedException($"{other}"),
            };
            if (node.Layer is Convolution or SlimSharp.Networks.Linear)
                Made[node.Name] = value;
            values[node.Name] = quantized.Values.TryGetValue(node.Name, out var range)
                ? [.. value.Select(v => (Integer(v, range) - range.Zero) * range.Scale)]
                : value;
        }
        return values[network.Outputs[0]];
    }

    private static double Integer(double x, ValueRange range) =>
        Math.Clamp(Math.Round(x / range.Scale) + range.Zero, 0, 255);

    // For each output value where it reads, in the order window by channel; -1 for padding.
    private static int[][] Windows(Convolution layer, Shape read, Shape made) =>
        [
            .. from channel in Enumerable.Range(0, made.Channels)
            from top in Enumerable.Range(0, made.Height).Select(r => r * layer.Stride.Height - layer.Padding.Top)
            from left in Enumerable.Range(0, made.Width).Select(c => c * layer.Stride.Width - layer.Padding.Left)
            select (int[])
                [
                    .. from y in Enumerable.Range(top, layer.Kernel.Height)
                    from x in Enumerable.Range(left, layer.Kernel.Width)
                    from c in Enumerable.Range(0, read.Channels)
                    select y < 0 || y >= read.Height || x < 0 || x >= read.Width
                        ? -1
                        : (c * read.Height + y) * read.Width + x,
                ],
        ];

    // In floating point, as it is.
    private double[] Normalize(string node, BatchNorm layer, double[] x, int channels)
    {
        double[] Of(string name) => quantized.Folded.Values($"{node}.{name}");
        var (scale, shift, mean, variance) = (Of("weight"), Of("bias"), Of("running_mean"), Of("running_var"));
        double One(double v, int c) => scale[c] * (v - mean[c]) / Math.Sqrt(variance[c] + layer.Epsilon) + shift[c];
        return [.. x.Select((v, i) => One(v, i % channels))];
    }

    // Pixel by pixel, where its channels lie.
    private static IEnumerable<IEnumerable<int>> Positions(Shape read) =>
        Enumerable.Range(0, read.Area).Select(p => Enumerable.Range(0, read.Channels).Select(c => c * read.Area + p));

    private static int[] All(Shape read) => [.. Enumerable.Range(0, read.Channels)];

    private double[] Multiply(Node node, double[] x, int[][] places)
    {
        var (layer, range) = (quantized.Layers[node.Name], quantized.Values[node.Inputs[0]]);
        var (perChannel, size) = (places.Length / layer.Scales.Length, layer.Weights.Length / layer.Scales.Length);
        var channels = quantized.Folded.Network.Shapes[node.Inputs[0]].Channels;
        double[] bytes = [.. x.Select(v => Integer(v, range))];
        return
        [
            .. places.Select(
                (reads, i) =>
                {
                    var c = i / perChannel;
                    // Weights are stored channel by channel, windows are read position by position.
                    double Weight(int p) => layer.Weights[c * size + p % channels * (size / channels) + p / channels];
                    double Byte(int p) => reads[p] < 0 ? range.Zero : bytes[reads[p]];
                    var sum = (double)layer.Bias[c];
                    for (var p = 0; p < size; p += 2)
                    {
                        var pair = Byte(p) * Weight(p) + (p + 1 < size ? Byte(p + 1) * Weight(p + 1) : 0);
                        sum += saturates ? Math.Clamp(pair, short.MinValue, short.MaxValue) : pair;
                    }
                    for (var p = 0; p < size; p++)
                        sum -= range.Zero * Weight(p);
                    return sum * layer.Scales[c] * range.Scale;
                }
            ),
        ];
    }
}
