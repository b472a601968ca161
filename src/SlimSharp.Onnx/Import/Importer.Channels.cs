using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>Layers without parameters, and what only arranges or combines channels.</summary>
internal sealed partial class Importer
{
    private void Clip(ImportNode node)
    {
        var least = Constant(node, 1)?.Numbers().First() ?? node.Number("min", double.NegativeInfinity);
        var largest = Constant(node, 2)?.Numbers().First() ?? node.Number("max", double.PositiveInfinity);
        Put(
            node,
            new Activation(
                (least, largest) switch
                {
                    (0, 6) => ActivationFunction.Relu6,
                    (0, >= float.MaxValue) => ActivationFunction.Relu,
                    _ => throw node.Refuse($"clips to {least}…{largest}; only 0…6 is known"),
                }
            )
        );
    }

    // Whatever keeps the batch and makes a vector of the rest, or gives a vector a height and width of 1.
    private void Reshape(ImportNode node)
    {
        var source = Source(node);
        var shape = _shapes[source];
        var wanted = node.Node.Operator switch
        {
            "Flatten" when node.Integer("axis", 1) == 1 => 2,
            "Reshape"
                when Needed(node, 1).Numbers() is { Length: 2 } sizes && (sizes[1] == -1 || sizes[1] == shape.Count) =>
                2,
            "Reshape" when !shape.IsImage && Needed(node, 1).Numbers() is [_, _, 1, 1] => 4,
            "Squeeze" or "Unsqueeze" when !shape.IsImage => 4,
            _ => throw node.Refuse($"makes something else than a vector of {shape}"),
        };
        if (wanted == 4 || !shape.IsImage)
        {
            _values[node.Output] = source;
            // The mean and its flattening are one layer here, under the name of the whole.
            if (
                _nodes[^1] is { Layer: GlobalAveragePool } mean
                && mean.Name == source
                && mean.Name.StartsWith(node.Output + ".", StringComparison.Ordinal)
            )
                Rename(mean, node.Output);
        }
        else
            Put(node, new Flatten());
    }

    // The last node, which no other reads yet.
    private void Rename(Node last, string output)
    {
        _nodes.RemoveAt(_nodes.Count - 1);
        _shapes.Remove(last.Name);
        var name = Put(output, last.Layer, [.. last.Inputs]);
        foreach (var value in _values.Where(v => v.Value == last.Name).Select(v => v.Key).ToArray())
            _values[value] = name;
    }

    private void Add(ImportNode node)
    {
        if (node.Node.Inputs.Length == 2 && (Constant(node, 0) ?? Constant(node, 1)) is { } constant)
        {
            var source = Source(node, Constant(node, 0) is null ? 0 : 1);
            // The bias that some write behind a MatMul.
            if (
                _nodes[^1] is { Layer: Linear { Bias: false } linear } last
                && last.Name == source
                && IsReadOnce(node.Input(Constant(node, 0) is null ? 0 : 1)!)
            )
            {
                _nodes[^1] = last with { Layer = linear with { Bias = true } };
                _values[node.Output] = source;
            }
            else
                Put(node, new Shift(), source);
            Give(Value(node.Output)!, "bias", PerChannel(node, constant, _shapes[source]), _shapes[source].Channels);
            return;
        }
        string[] terms = [.. node.Node.Inputs.Select((_, i) => Source(node, i))];
        Put(node, new Add(), terms);
    }

    private void Multiply(ImportNode node)
    {
        if ((Constant(node, 0) ?? Constant(node, 1)) is { } constant)
        {
            var source = Source(node, Constant(node, 0) is null ? 0 : 1);
            var factors = PerChannel(node, constant, _shapes[source]);
            var norm = new BatchNorm();
            Put(node, norm, source);
            var name = Value(node.Output)!;
            double[] zeros = new double[factors.Length];
            Give(name, "weight", factors, factors.Length);
            Give(name, "bias", zeros, factors.Length);
            Give(name, "running_mean", zeros, factors.Length);
            Give(name, "running_var", [.. zeros.Select(_ => 1 - norm.Epsilon)], factors.Length);
            return;
        }
        var (a, b) = (Source(node, 0), Source(node, 1));
        var isTurned = !_shapes[a].IsImage && _shapes[b].IsImage;
        Put(node, new Multiply(), isTurned ? b : a, isTurned ? a : b);
    }

    private bool IsReadOnce(string value) =>
        model.Nodes.Sum(n => n.Inputs.Count(i => i == value)) == 1 && model.Outputs.All(o => o.Name != value);

    private static double[] PerChannel(ImportNode node, OnnxTensor constant, Shape shape)
    {
        var numbers = constant.Numbers();
        if (numbers.Length == 1)
            return [.. Enumerable.Repeat(numbers[0], shape.Channels)];
        int[] sizes = [.. constant.Sizes.Select(s => checked((int)s)).SkipWhile(s => s == 1)];
        var isPerChannel = shape.IsImage
            ? sizes is [var c, 1, 1] && c == shape.Channels
            : sizes is [var n] && n == shape.Channels;
        return isPerChannel ? numbers : throw node.Refuse("has a constant that is not one number for each channel");
    }

    private void Concat(ImportNode node)
    {
        if (node.Integer("axis", 1) is not (1 or -3))
            throw node.Refuse("puts together something else than channels");
        Put(node, new Concat(), [.. node.Node.Inputs.Select((_, i) => Source(node, i))]);
    }

    // Of selections one after another one is left.
    private void Select(ImportNode node)
    {
        var source = Source(node);
        var indices = Indices(node, _shapes[source]);
        if (_nodes.First(n => n.Name == source) is { Layer: Select earlier } before)
        {
            indices = [.. indices.Select(i => i == Networks.Select.Zero ? i : earlier.Indices[i])];
            source = before.Inputs[0];
        }
        Put(node, new Select(indices), source);
    }

    private ImmutableArray<int> Indices(ImportNode node, Shape shape)
    {
        int[] Numbers(int index) =>
            [.. Needed(node, index).Numbers().Select(n => (int)Math.Clamp(n, int.MinValue, int.MaxValue))];
        var all = Enumerable.Range(0, shape.Channels);
        switch (node.Node.Operator)
        {
            case "Gather" when node.Integer("axis", 0) == 1 && Needed(node, 1).Sizes.Length == 1:
                int[] places = [.. Numbers(1).Select(i => i < 0 ? i + shape.Channels : i)];
                return places.All(i => i >= 0 && i < shape.Channels)
                    ? [.. places]
                    : throw node.Refuse("reads channels that are not there");
            case "Slice" when node.Input(3) is not null && Numbers(3) is [1]:
                if (node.Input(4) is not null && Numbers(4) is not [1])
                    throw node.Refuse("leaves channels out in between");
                var (from, to) = (Numbers(1).First(), Numbers(2).First());
                from = from < 0 ? from + shape.Channels : from;
                to = Math.Min(to < 0 ? to + shape.Channels : to, shape.Channels);
                return from >= 0 && from < to
                    ? [.. all.Skip(from).Take(to - from)]
                    : throw node.Refuse("leaves no channel");
            case "Pad" when Numbers(1) is { } pads && pads.Length == (shape.IsImage ? 8 : 4):
                var (before, after) = (pads[1], pads[pads.Length / 2 + 1]);
                if (
                    pads.Where((p, i) => p != 0 && i % (pads.Length / 2) != 1).Any()
                    || before is < 0 or > MaxSize
                    || after is < 0 or > MaxSize
                )
                    throw node.Refuse("pads something else than channels");
                if (node.Word("mode", "constant") != "constant" || Constant(node, 2)?.Numbers() is [not 0])
                    throw node.Refuse("pads with something else than zeros");
                var zero = Networks.Select.Zero;
                return [.. Enumerable.Repeat(zero, before), .. all, .. Enumerable.Repeat(zero, after)];
            default:
                throw node.Refuse("selects something else than channels");
        }
    }
}
