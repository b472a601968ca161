using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

internal sealed partial class Folding
{
    /// <summary>Selections become an order of weights: of the layer that alone feeds them, or, if they only reorder, of the one that alone reads them.</summary>
    internal Folding Selections()
    {
        foreach (var node in Network.Nodes)
        {
            if (node.Layer is not Select select)
                continue;
            if (Feeding(node) is { } source && HasRows(source))
                SelectRows(node, select, source);
            else if (IsPermutation(select, Network.Shapes[node.Inputs[0]].Channels))
                Reorder(node, select);
        }
        return this;
    }

    private void SelectRows(Node node, Select select, Node source)
    {
        var weights = Values($"{source.Name}.weight");
        var size = weights.Length / Network.Shapes[source.Name].Channels;
        _changed[$"{source.Name}.weight"] =
        [
            .. select.Indices.SelectMany(i =>
                i == Select.Zero ? new double[size] : weights[(i * size)..((i + 1) * size)]
            ),
        ];
        if (Bias(source) is { } bias)
            _changed[$"{source.Name}.bias"] = [.. select.Indices.Select(i => i == Select.Zero ? 0 : bias[i])];
        Layer layer = source.Layer is Convolution convolution
            ? convolution with
            {
                Channels = select.Indices.Length,
            }
            : (Linear)source.Layer with
            {
                Channels = select.Indices.Length,
            };
        Replace(node, source with { Layer = layer });
    }

    // Through what treats channels alike, as far as the layer whose weights can be put into another order.
    private void Reorder(Node node, Select select)
    {
        var norms = new List<Node>();
        var reader = Reader(node);
        while (
            reader is { Layer: BatchNorm or Activation or Dropout }
            && (reader.Layer is not BatchNorm || !_shared.Contains(reader.Name))
        )
        {
            if (reader.Layer is BatchNorm)
                norms.Add(reader);
            reader = Reader(reader);
        }
        if (reader is not { Layer: Convolution { Groups: 1 } or Linear } || _shared.Contains(reader.Name))
            return;
        foreach (var norm in norms)
        {
            foreach (var name in (string[])["weight", "bias", "running_mean", "running_var"])
                _changed[$"{norm.Name}.{name}"] = Back(Values($"{norm.Name}.{name}"), select.Indices, 1);
        }
        var weights = Values($"{reader.Name}.weight");
        var (row, block) = (weights.Length / Network.Shapes[reader.Name].Channels, BlockOf(reader));
        _changed[$"{reader.Name}.weight"] =
        [
            .. Enumerable
                .Range(0, weights.Length / row)
                .SelectMany(o => Back(weights[(o * row)..((o + 1) * row)], select.Indices, block)),
        ];
        Bypass(node);
    }

    private static int BlockOf(Node reader) => reader.Layer is Convolution convolution ? convolution.Kernel.Area : 1;

    // To where the selection took them from, in blocks.
    private static double[] Back(double[] values, ImmutableArray<int> indices, int block)
    {
        var back = new double[values.Length];
        for (var i = 0; i < indices.Length; i++)
            Array.Copy(values, i * block, back, indices[i] * block, block);
        return back;
    }

    private static bool IsPermutation(Select select, int channels) =>
        select.Indices.Length == channels && select.Indices.Order().SequenceEqual(Enumerable.Range(0, channels));

    private bool HasRows(Node source) =>
        source.Layer is Convolution { Groups: 1 } or Linear && !_shared.Contains(source.Name);
}
