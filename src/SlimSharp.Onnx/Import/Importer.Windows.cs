using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>Layers that read windows of an image.</summary>
internal sealed partial class Importer
{
    private void Pool(ImportNode node)
    {
        var (source, size) = (Source(node), node.Integers("kernel_shape"));
        var input = _shapes[source];
        if (size.Length != 2 || !input.IsImage || node.Integers("dilations", 1, 1) is not [1, 1] || node.MakesMore)
            throw node.Refuse("is not a plain two-dimensional window");
        node.Ignore("storage_order"); // of the places, which are not made
        var stride = node.Integers("strides", 1, 1);
        Kernel kernel = new(size[0], size[1]);
        var pads = Pads(node, input, kernel, new(stride[0], stride[1]), 1);
        var ceil = node.Integer("ceil_mode", 0) != 0;
        var isMean = node.Operator == "AveragePool";
        if (isMean && ceil)
            throw node.Refuse("rounds sizes up, about whose borders runtimes differ");
        if (isMean && node.Integer("count_include_pad", 0) == 0 && !pads.IsNone)
            throw node.Refuse("does not count its padding (count_include_pad is 0), which is not read");
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

    private static Padding Pads(ImportNode node, Shape input, Kernel kernel, Extent stride, Extent dilation)
    {
        switch (node.Word("auto_pad", "NOTSET"))
        {
            case "VALID":
                node.Ignore("pads");
                return 0;
            case "NOTSET":
                var pads = node.Integers("pads", 0, 0, 0, 0);
                return pads.Length == 4
                    ? new(pads[0], pads[1], pads[2], pads[3])
                    : throw node.Refuse("is not two-dimensional");
            case "SAME_UPPER" or "SAME_LOWER":
                node.Ignore("pads");
                var isLower = node.Word("auto_pad", "") == "SAME_LOWER";
                var (top, bottom) = Same(input.Height, kernel.Height, stride.Height, dilation.Height);
                var (left, right) = Same(input.Width, kernel.Width, stride.Width, dilation.Width);
                return isLower ? new(bottom, right, top, left) : new(top, left, bottom, right);
            case var other:
                throw node.Refuse($"has {other} as its auto_pad, which is not known");
        }

        static (int Before, int After) Same(int size, int kernel, int stride, int dilation)
        {
            var all = Math.Max(((size + stride - 1) / stride - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
            return (all / 2, all - all / 2);
        }
    }

    private void Resize(ImportNode node)
    {
        if (node.Inputs == 2)
            throw node.Refuse("has its factors as its second input, as before version 11; export with a later version");
        if (node.Input(3) is not null)
            throw node.Refuse("gives sizes in place of factors, which is not read");
        node.Input(1); // a region, which only modes that are refused look at
        node.Ignore("cubic_coeff_a", "extrapolation_value", "keep_aspect_ratio_policy");
        node.Only("antialias", 0);
        node.Only("exclude_outside", 0);
        var scales = Needed(node, 2).Numbers();
        var (mode, places) = (node.Word("mode", "nearest"), node.Word("coordinate_transformation_mode", "half_pixel"));
        var isNearest =
            mode == "nearest" && places == "asymmetric" && node.Word("nearest_mode", "round_prefer_floor") == "floor";
        if (
            scales is not [1, 1, >= 1, >= 1]
            || scales.Any(s => s != Math.Floor(s))
            || !(isNearest || (mode == "linear" && places is "half_pixel" or "pytorch_half_pixel"))
        )
            throw node.Refuse(
                $"enlarges in a way that is not read ({mode}, {places}): whole factors, by nearest with asymmetric and floor, "
                    + "or by linear with half_pixel, are"
            );
        Put(node, new Upsample(new((int)scales[2], (int)scales[3])) { Bilinear = !isNearest });
    }
}
