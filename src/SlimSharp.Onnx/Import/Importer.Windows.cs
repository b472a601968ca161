using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>Layers that read windows of an image.</summary>
internal sealed partial class Importer
{
    private void Pool(ImportNode node)
    {
        var (source, size) = (Source(node), node.Integers("kernel_shape"));
        var input = _shapes[source];
        if (
            size.Length != 2
            || !input.IsImage
            || node.Integers("dilations", 1, 1) is not [1, 1]
            || node.Node.Outputs.Length > 1
        )
            throw node.Refuse("is not a plain two-dimensional window");
        var stride = node.Integers("strides", 1, 1);
        Kernel kernel = new(size[0], size[1]);
        var pads = Pads(node, input, kernel, new(stride[0], stride[1]), 1);
        var ceil = node.Integer("ceil_mode", 0) != 0;
        var isMean = node.Node.Operator == "AveragePool";
        if (isMean && ceil)
            throw node.Refuse("rounds sizes up, about whose borders runtimes differ");
        if (isMean && !pads.IsNone && node.Integer("count_include_pad", 0) == 0)
            throw node.Refuse("does not count its padding");
        // Padding below and to the right is whatever the last window needs.
        var (rows, columns) = (
            Count(input.Height, pads.Top + pads.Bottom, size[0], stride[0], ceil),
            Count(input.Width, pads.Left + pads.Right, size[1], stride[1], ceil)
        );
        Padding even = new(pads.Top, pads.Left, pads.Top, pads.Left);
        Layer Layer(bool up) =>
            isMean
                ? new AveragePool(kernel)
                {
                    Stride = new(stride[0], stride[1]),
                    Padding = even,
                    Ceil = up,
                }
                : new MaxPool(kernel)
                {
                    Stride = new(stride[0], stride[1]),
                    Padding = even,
                    Ceil = up,
                };
        bool Fits(Layer layer) => layer.Output([input]) is var made && (made.Height, made.Width) == (rows, columns);
        var layer = Fits(Layer(false)) ? Layer(false) : Layer(true);
        if (!Fits(layer) || (isMean && layer is AveragePool { Ceil: true }))
            throw node.Refuse("has padding that differs between opposite sides");
        Put(node, layer);
    }

    private static int Count(int size, int padding, int kernel, int stride, bool ceil) =>
        (size + padding - kernel + (ceil ? stride - 1 : 0)) / stride + 1;

    private static Padding Pads(ImportNode node, Shape input, Kernel kernel, Stride stride, Stride dilation)
    {
        switch (node.Word("auto_pad", "NOTSET"))
        {
            case "VALID":
                return 0;
            case "NOTSET":
                var pads = node.Integers("pads", 0, 0, 0, 0);
                return pads.Length == 4
                    ? new(pads[0], pads[1], pads[2], pads[3])
                    : throw node.Refuse("is not two-dimensional");
            case var same:
                var (top, bottom) = Same(input.Height, kernel.Height, stride.Height, dilation.Height);
                var (left, right) = Same(input.Width, kernel.Width, stride.Width, dilation.Width);
                return same == "SAME_LOWER" ? new(bottom, right, top, left) : new(top, left, bottom, right);
        }

        static (int Before, int After) Same(int size, int kernel, int stride, int dilation)
        {
            var all = Math.Max(((size + stride - 1) / stride - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
            return (all / 2, all - all / 2);
        }
    }

    private void GlobalAverage(ImportNode node)
    {
        if (_shapes[Source(node)].IsImage)
            Put(node, new GlobalAveragePool());
        else
            Alias(node);
    }

    private void Mean(ImportNode node)
    {
        var axes = Constant(node, 1)?.Numbers().Select(n => (int)n).ToArray() ?? node.Integers("axes");
        if (!_shapes[Source(node)].IsImage || !axes.Select(a => a < 0 ? a + 4 : a).Order().SequenceEqual([2, 3]))
            throw node.Refuse("takes the mean over something else than height and width");
        Put(node, new GlobalAveragePool());
    }

    private void Resize(ImportNode node)
    {
        var scales = Needed(node, 2).Numbers();
        var (mode, places) = (node.Word("mode", "nearest"), node.Word("coordinate_transformation_mode", "half_pixel"));
        var isNearest =
            mode == "nearest" && places == "asymmetric" && node.Word("nearest_mode", "round_prefer_floor") == "floor";
        if (
            scales is not [1, 1, >= 1, >= 1]
            || scales.Any(s => s != Math.Floor(s))
            || !(isNearest || (mode == "linear" && places is "half_pixel" or "pytorch_half_pixel"))
        )
            throw node.Refuse("enlarges in a way that is not known");
        Put(node, new Upsample(new((int)scales[2], (int)scales[3])) { Bilinear = !isNearest });
    }
}
