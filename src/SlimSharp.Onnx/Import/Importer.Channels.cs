using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>What only arranges channels.</summary>
internal sealed partial class Importer
{
    private void Concat(ImportNode node)
    {
        if (Axis(node, node.Integer("axis", 1), Rank(node)) != 1)
            throw node.Refuse("puts together something other than channels");
        Combine(node, new Concat(), [.. Enumerable.Range(0, node.Inputs).Select(i => Source(node, i))]);
    }

    // Of selections one after another one is left.
    private void Select(ImportNode node)
    {
        var source = Source(node);
        var indices = node.Operator switch
        {
            "Gather" => Gathered(node, _shapes[source].Channels),
            "Slice" => Sliced(node, _shapes[source].Channels),
            _ => Padded(node, _shapes[source].Channels),
        };
        budget.Take(indices.Length, sizeof(int), "the channels it selects");
        if (_nodes[_places[source]] is { Layer: Select earlier } before)
        {
            indices = [.. indices.Select(i => i == Networks.Select.Zero ? i : earlier.Indices[i])];
            source = before.Inputs[0];
        }
        Put(node, new Select(indices), source);
    }

    private int[] Whole(ImportNode node, int input) =>
        [.. Needed(node, input).Numbers().Select(n => (int)Math.Clamp(n, int.MinValue, int.MaxValue))];

    private ImmutableArray<int> Gathered(ImportNode node, int channels)
    {
        if (Axis(node, node.Integer("axis", 0), Rank(node)) != 1 || Needed(node, 1).Sizes.Length != 1)
            throw node.Refuse("selects something other than channels");
        int[] places = [.. Whole(node, 1).Select(i => i < 0 ? i + channels : i)];
        return places.Length > 0 && places.All(i => i >= 0 && i < channels)
            ? [.. places]
            : throw node.Refuse("reads channels that are not there");
    }

    private ImmutableArray<int> Sliced(ImportNode node, int channels)
    {
        if (node.Has("starts"))
            throw node.Refuse("has its bounds as attributes, as before version 10; export with a later version");
        if (
            node.Input(3) is null
            || Whole(node, 3) is not [var axis]
            || Axis(node, axis, Rank(node)) != 1
            || Whole(node, 1) is not [var from]
            || Whole(node, 2) is not [var to]
        )
            throw node.Refuse("selects something other than channels");
        if (node.Input(4) is not null && Whole(node, 4) is not [1])
            throw node.Refuse("leaves channels out in between");
        from = Math.Max(from < 0 ? from + channels : from, 0);
        to = Math.Min(to < 0 ? to + channels : to, channels);
        return from < to ? [.. Enumerable.Range(from, to - from)] : throw node.Refuse("leaves no channel");
    }

    // Amounts are an attribute before version 11 and an input since.
    private ImmutableArray<int> Padded(ImportNode node, int channels)
    {
        var pads = node.Input(1) is null ? node.Integers("pads") : Whole(node, 1);
        var value = Constant(node, 2) is { } constant ? One(node, constant) : node.Number("value", 0);
        if (node.Input(3) is not null)
            throw node.Refuse("names the axes that it pads, which is not read");
        if (node.Word("mode", "constant") != "constant" || value != 0)
            throw node.Refuse("pads with something other than zeros");
        var rank = Rank(node);
        if (pads.Length != 2 * rank || pads.Where((p, i) => p != 0 && i % rank != 1).Any())
            throw node.Refuse("pads something other than channels");
        var (before, after) = (pads[1], pads[rank + 1]);
        if (before is < 0 or > MaxSize || after is < 0 or > MaxSize)
            throw node.Refuse($"pads {before} and {after} channels");
        var zero = Networks.Select.Zero;
        return
        [
            .. Enumerable.Repeat(zero, before),
            .. Enumerable.Range(0, channels),
            .. Enumerable.Repeat(zero, after),
        ];
    }
}
