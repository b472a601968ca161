using SlimSharp.Networks;
using SlimSharp.Onnx;

namespace SlimSharp.Latency;

/// <summary>
/// The milliseconds of a network, by a table, as a function of how many units of each group of channels stay.
/// </summary>
internal sealed class WidthTimes
{
    private readonly Part[] _parts;
    private readonly int[][] _partsOf;
    private readonly int _step;

    /// <summary>Prepares the function for a network with these groups.</summary>
    /// <exception cref="OnnxException">The table does not reach as far as a layer of the network.</exception>
    internal WidthTimes(Network network, IReadOnlyList<ChannelGroup> groups, LatencyTable table)
    {
        _step = Math.Max(table.Step, 1);
        var folded = OnnxExport.Folded(network);
        var parts = new List<Part>();
        foreach (var use in LayerUse.OfFolded(folded))
        {
            var times = table[use.Kind];
            if (times is not { IsMeasured: true })
                throw new OnnxException(
                    $"The table of latencies says nothing of '{use.Node}' ({use.Kind}); measure it (LatencyProbe.Measure)."
                );
            var node = folded[use.Node];
            var inputs = node.Layer.Traits().IsConcatenation ? node.Inputs : [node.Inputs[0]];
            parts.Add(
                new(
                    times,
                    new(use.Reads, [.. inputs.SelectMany(i => Terms(i, groups))]),
                    new(use.Makes, [.. Terms(use.Node, groups)])
                )
            );
        }
        _parts = [.. parts];
        _partsOf =
        [
            .. groups.Select((_, g) => Enumerable.Range(0, _parts.Length).Where(p => _parts[p].DependsOn(g)).ToArray()),
        ];
    }

    /// <summary>Milliseconds with so many units kept of each group.</summary>
    internal double Of(int[] kept) => _parts.Sum(p => p.Milliseconds(kept, _step));

    /// <summary>The change if another number of one group were kept.</summary>
    internal double Change(int[] kept, int group, int other)
    {
        var (before, was) = (0.0, kept[group]);
        foreach (var p in _partsOf[group])
            before += _parts[p].Milliseconds(kept, _step);
        kept[group] = other;
        var after = 0.0;
        foreach (var p in _partsOf[group])
            after += _parts[p].Milliseconds(kept, _step);
        kept[group] = was;
        return after - before;
    }

    private static IEnumerable<Term> Terms(string node, IReadOnlyList<ChannelGroup> groups) =>
        from g in Enumerable.Range(0, groups.Count)
        where groups[g].Channels.ContainsKey(node)
        select new Term(g, groups[g].Units, groups[g].Channels[node].Average(c => c.Length));

    private readonly record struct Term(int Group, int Units, double Places);

    /// <summary>A number of channels: as many as there are, less those of the units that go.</summary>
    private sealed record Width(int Full, Term[] Terms)
    {
        internal double Of(int[] kept)
        {
            double width = Full;
            foreach (var term in Terms)
                width -= term.Places * (term.Units - kept[term.Group]);
            return width;
        }
    }

    private sealed record Part(LayerTimes Times, Width Reads, Width Makes)
    {
        internal bool DependsOn(int group) =>
            Reads.Terms.Any(t => t.Group == group) || Makes.Terms.Any(t => t.Group == group);

        internal double Milliseconds(int[] kept, int step) => Times.At(Reads.Of(kept), Makes.Of(kept), step);
    }
}
