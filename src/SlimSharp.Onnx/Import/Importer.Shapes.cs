using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>
/// Shapes as others write them. Networks here know images and vectors; a vector may come as N×C, or with ones behind,
/// as what is left of an image, and it depends on that what
/// a constant or another vector lies on. So the number of axes is kept for every value.
/// </summary>
internal sealed partial class Importer
{
    private const int ImageRank = 4;
    private readonly Dictionary<string, int> _ranks = []; // by the model's names
    private long _batch; // 0 where it may be any

    private int Rank(ImportNode node, int input = 0)
    {
        Source(node, input); // or a sentence
        return _ranks[node.Input(input)!];
    }

    // A value under another name, with so many axes.
    private void Alias(ImportNode node, string source, int rank) =>
        (_values[node.Output], _ranks[node.Output]) = (source, rank);

    private static int Axis(ImportNode node, long axis, int rank) =>
        axis >= -rank && axis < rank
            ? (int)(axis < 0 ? axis + rank : axis)
            : throw node.Refuse($"names the axis {axis} of {rank}");

    private void Flatten(ImportNode node)
    {
        var axis = node.Integer("axis", 1);
        if ((axis < 0 ? axis + Rank(node) : axis) != 1)
            throw node.Refuse("flattens from another axis on than the channels");
        ToVector(node, 2);
    }

    private void Reshape(ImportNode node)
    {
        var (source, rest) = (Source(node), Rest(node));
        var shape = _shapes[source];
        if (shape.IsImage && rest.SequenceEqual(shape.Sizes(1).Skip(1)))
            Alias(node);
        else if (rest[0] == shape.Count && rest.Skip(1).All(s => s == 1))
            ToVector(node, rest.Length + 1);
        else
            throw node.Refuse($"makes something other than a vector of {shape}");
    }

    // What is made of each sample, without −1 and 0.
    private long[] Rest(ImportNode node)
    {
        node.Only("allowzero", 0);
        var shape = _shapes[Source(node)];
        long[] own = shape.IsImage
            ? [.. shape.Sizes(1).Skip(1)]
            : [shape.Channels, .. Enumerable.Repeat(1L, Rank(node) - 2)];
        long[] sizes = [.. Needed(node, 1).Numbers().Select(s => checked((long)s))];
        if (sizes.Length is < 2 or > ImageRank)
            throw node.Refuse($"makes {sizes.Length} axes of {shape}");
        if (sizes[0] is not (0 or -1) && sizes[0] != _batch)
            throw node.Refuse($"makes a batch of {sizes[0]} where any number of samples may come");
        long[] rest = [.. sizes.Skip(1).Select((s, i) => s == 0 && i < own.Length ? own[i] : s)];
        var known = rest.Where(s => s != -1).Aggregate(1L, (a, b) => checked(a * b));
        if (known <= 0 || rest.Count(s => s == -1) > (sizes[0] == -1 ? 0 : 1) || shape.Count % known != 0)
            throw node.Refuse($"makes {string.Join('×', sizes)} of {shape}");
        rest = [.. rest.Select(s => s == -1 ? shape.Count / known : s)];
        return rest.Aggregate(1L, (a, b) => a * b) == shape.Count
            ? rest
            : throw node.Refuse($"makes {string.Join('×', sizes)} of {shape}");
    }

    // Axes of one position each go or come.
    private void Squeeze(ImportNode node, bool adds)
    {
        var (shape, rank) = (_shapes[Source(node)], Rank(node));
        long[] axes = Constant(node, 1) is { } given
            ? [.. given.Numbers().Select(a => (long)a)]
            : [.. node.Integers("axes").Select(a => (long)a)];
        if (axes.Length == 0)
            throw node.Refuse("leaves it to the sizes which axes go");
        var made = adds ? rank + axes.Length : rank - axes.Length;
        if (
            shape.Area != 1
            || made is < 2 or > ImageRank
            || axes.Any(a => Axis(node, a, Math.Max(made, rank)) < 2)
            || axes.Select(a => Axis(node, a, Math.Max(made, rank))).Distinct().Count() < axes.Length
        )
            throw node.Refuse($"makes something other than a vector of {shape}");
        ToVector(node, made);
    }

    private void ToVector(ImportNode node, int rank)
    {
        var source = Source(node);
        if (_shapes[source].IsImage)
        {
            Put(node, new Flatten());
            _ranks[node.Output] = rank;
            return;
        }
        Alias(node, source, rank);
        // The mean and its flattening are one layer here, under the name of the whole.
        if (
            _nodes[^1] is { Layer: GlobalAveragePool } mean
            && mean.Name == source
            && mean.Name.StartsWith(node.Output + ".", StringComparison.Ordinal)
        )
            Rename(mean, node.Output);
    }

    // The last node, which no other reads yet.
    private void Rename(Node last, string output)
    {
        _nodes.RemoveAt(_nodes.Count - 1);
        _shapes.Remove(last.Name);
        _places.Remove(last.Name);
        var name = Put(output, last.Layer, [.. last.Inputs]);
        foreach (var value in _values.Where(v => v.Value == last.Name).Select(v => v.Key).ToArray())
            _values[value] = name;
    }

    private void GlobalAverage(ImportNode node)
    {
        if (_shapes[Source(node)].IsImage)
        {
            Put(node, new GlobalAveragePool());
            _ranks[node.Output] = ImageRank;
        }
        else
            Alias(node);
    }

    private void Mean(ImportNode node)
    {
        node.Only("noop_with_empty_axes", 0);
        int[] axes = Constant(node, 1) is { } given ? [.. given.Numbers().Select(n => (int)n)] : node.Integers("axes");
        if (!_shapes[Source(node)].IsImage || !axes.Select(a => Axis(node, a, ImageRank)).Order().SequenceEqual([2, 3]))
            throw node.Refuse("takes the mean over something other than height and width");
        Put(node, new GlobalAveragePool());
        _ranks[node.Output] = node.Integer("keepdims", 1) != 0 ? ImageRank : 2;
    }
}
