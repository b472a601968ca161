using SlimSharp.Networks;

namespace SlimSharp.Onnx;

// What layers are put together from: names, constants and attributes.
internal sealed partial class LayerNodes
{
    private string Put(string kind, string[] inputs, params (string Name, object Value)[] attributes) =>
        graph.Add(kind, _node.Name, inputs, attributes);

    private string Part(string name) => $"{_node.Name}.{name}";

    private float[] Numbers(string parameter) => [.. values($"{_node.Owner}.{parameter}").Select(v => (float)v)];

    // Rounded weights and biases are integers behind a DequantizeLinear, which runtimes take into the layer.
    private string Weight(params ReadOnlySpan<long> sizes)
    {
        if (quantized?.Layers.GetValueOrDefault(_node.Name) is not { } layer)
            return graph.Constant($"{_node.Owner}.weight", Numbers("weight"), sizes);
        return Dequantized(OnnxTensor.Of(Part("weight.int8"), layer.Weights, sizes), layer, 0);
    }

    // The weight of a linear layer with inputs in front, as a product with tokens wants it.
    private string TurnedWeight(int outputs, int inputs)
    {
        if (quantized?.Layers.GetValueOrDefault(_node.Name) is not { } layer)
            return graph.Add("Transpose", Part("turned"), [Weight(outputs, inputs)]);
        var turned = new sbyte[layer.Weights.Length];
        for (var i = 0; i < turned.Length; i++)
            turned[i % inputs * outputs + i / inputs] = layer.Weights[i];
        return Dequantized(OnnxTensor.Of(Part("weight.int8"), turned, inputs, outputs), layer, 1);
    }

    private string Dequantized(OnnxTensor weights, QuantizedLayer layer, long axis)
    {
        var scales = graph.Constant(Part("weight.scales"), layer.Scales, layer.Scales.Length);
        return graph.Add("DequantizeLinear", Part("weight"), [graph.Constant(weights), scales], ("axis", axis));
    }

    private string Bias()
    {
        if (quantized?.Layers.GetValueOrDefault(_node.Name) is not { } layer)
            return Of("bias");
        var step = quantized.Values[_node.Inputs[0]].Scale;
        float[] steps = [.. layer.Scales.Select(s => s * step)];
        var integers = graph.Constant(OnnxTensor.Of($"{_node.Name}.bias.int32", layer.Bias, layer.Bias.Length));
        var scales = graph.Constant($"{_node.Name}.bias.scales", steps, steps.Length);
        return graph.Add("DequantizeLinear", $"{_node.Name}.bias", [integers, scales], ("axis", 0L));
    }

    // A vector with a number for each channel.
    private string Of(string parameter)
    {
        var numbers = Numbers(parameter);
        return graph.Constant($"{_node.Owner}.{parameter}", numbers, numbers.Length);
    }

    // The same, to be spread over an image.
    private string PerChannel(string parameter)
    {
        var numbers = Numbers(parameter);
        return Made.IsImage
            ? graph.Constant($"{_node.Owner}.{parameter}", numbers, numbers.Length, 1, 1)
            : graph.Constant($"{_node.Owner}.{parameter}", numbers, numbers.Length);
    }

    private string Scalar(float value) => graph.Constant($"{value:R}", [value]);

    // Padding below and to the right is as much as the last window needs, so that no runtime's own rounding matters.
    private (string, object)[] Windows(Kernel kernel, Extent stride, Padding padding)
    {
        var bottom = Needed(Read.Height, Made.Height, kernel.Height, stride.Height, padding.Top);
        var right = Needed(Read.Width, Made.Width, kernel.Width, stride.Width, padding.Left);
        return
        [
            ("kernel_shape", Pair(kernel)),
            ("pads", Pads(new(padding.Top, padding.Left, bottom, right))),
            ("strides", Pair(stride)),
        ];
    }

    private static int Needed(int size, int count, int kernel, int stride, int before) =>
        Math.Max((count - 1) * stride + kernel - size - before, 0);

    // How many positions of every window lie in the image or its padding, which is the same on both sides.
    private static int[] Covered(int size, int count, int kernel, int stride, int padding) =>
        [.. Enumerable.Range(0, count).Select(i => Math.Min(i * stride + kernel, size + 2 * padding) - i * stride)];

    private static long[] Pair(Kernel kernel) => [kernel.Height, kernel.Width];

    private static long[] Pair(Extent stride) => [stride.Height, stride.Width];

    private static long[] Pads(Padding padding) => [padding.Top, padding.Left, padding.Bottom, padding.Right];
}
