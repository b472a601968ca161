using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// What becomes of the constants that removed channels carry once their scale is zero. Folding adds them to the bias of
/// the next layer, or takes them off the running mean of the BatchNorm behind it; it is exact where the next layer pads
/// nothing.
/// </summary>
internal sealed class ConstantFolding : IDisposable
{
    // By weight, the input channels whose constants were folded.
    private readonly Dictionary<string, long[]> _folded = [];
    private readonly HashSet<string> _silenced = []; // BatchNorms whose removed scales are zero in the reference
    private readonly Dictionary<string, int[]> _removed;
    private readonly HashSet<string> _masked; // nodes of groups that are read as values

    private ConstantFolding(SlimmingPlan plan, Weights weights)
    {
        Original = Network = plan.Prepared();
        Weights = weights.Copy();
        var groups = ChannelGroups.Of(Original);
        _masked = [.. groups.Where(g => !g.ReadAsValues.IsEmpty).SelectMany(g => g.Channels.Keys)];
        _removed = groups
            .Zip(ChannelCut.RemovedUnits(groups, plan.Groups))
            .SelectMany(g => g.First.Channels.Select(c => (c.Key, Channels: g.Second.SelectMany(u => c.Value[u]))))
            .GroupBy(c => c.Key)
            .ToDictionary(c => c.Key, c => c.SelectMany(x => x.Channels).Order().ToArray());
    }

    /// <summary>The network before folding, with selections if a trunk is cut by them.</summary>
    internal Network Original { get; }

    /// <summary>The network to be cut: the original, perhaps with a bias more.</summary>
    internal Network Network { get; private set; }

    /// <summary>The tensors to be cut.</summary>
    internal Weights Weights { get; }

    /// <summary>What became of constants, in a sentence.</summary>
    internal string Report { get; private set; } = "";

    /// <summary>
    /// The BatchNorm whose inputs lose most by what is dropped: the root mean square over its channels of the lost
    /// constant over the running standard deviation. Null if nothing is dropped in front of a BatchNorm.
    /// </summary>
    internal (string Node, double Deviations)? Displacement { get; private set; }

    internal static ConstantFolding Of(SlimmingPlan plan, Weights weights)
    {
        var folding = new ConstantFolding(plan, weights);
        folding.Fold(plan.Options.Constants);
        return folding;
    }

    /// <summary>
    /// What stands in for the original's tensors where it is masked, which is not where constants were folded; the
    /// caller disposes it.
    /// </summary>
    internal Weights Reference(NetworkCut cut, Weights weights)
    {
        var masked = cut with { Source = Original };
        var reference = masked.Overrides(weights, _folded);
        foreach (var node in _silenced)
        {
            var name = $"{node}.weight";
            var scales = weights.Values(name);
            foreach (var channel in _removed[node])
                scales[channel] = 0;
            reference[name] = Numbers.Tensor(scales, [scales.Length], weights[name].dtype);
        }
        return reference;
    }

    public void Dispose() => Weights.Dispose();

    private void Fold(ConstantTreatment treatment)
    {
        var constants = Constants();
        var (folded, dropped, largest) = (0, 0, 0.0);
        foreach (var node in Original.Nodes.Where(n => Original.FlowOf(n) is ChannelFlow.Own && n.Inputs.Length == 1))
        {
            var values = constants[node.Inputs[0]];
            // NaN counts as carried.
            long[] carried = [.. _removed[node.Inputs[0]].Where(c => values[c] != 0).Select(c => (long)c)];
            // Two layers of one weight may carry different constants.
            var alone = Original.Nodes.Count(n => n.Owner == node.Owner) == 1;
            // Where values are masked, no constant is left of them.
            var exact =
                alone
                && !node.Layer.Traits().SeesBorder
                && !_masked.Contains(node.Inputs[0])
                && Contribution(node, values, []) is not null;
            var folds = exact && treatment == ConstantTreatment.Fold;
            long[] kept = [.. carried.Where(c => folds && double.IsFinite(values[c]))];
            long[] lost = [.. carried.Except(kept)];
            if (kept.Length > 0)
                Fold(node, values, kept);
            Displace(node, values, [.. lost.Where(c => double.IsFinite(values[c]))]);
            folded += kept.Length;
            dropped += lost.Length;
            largest = lost.Select(c => Math.Abs(values[c])).Append(largest).Max();
        }
        Report = FormattableString.Invariant(
            $"Constants of removed channels: {folded} folded into the next layer, {dropped} dropped{(dropped > 0 ? $" (the largest {largest:G3})" : "")}."
        );
    }

    private void Fold(Node node, double[] constants, long[] channels)
    {
        AddTo(node, Contribution(node, constants, channels)!);
        _folded[$"{node.Name}.weight"] = channels;
        _silenced.UnionWith(Upstream(node.Inputs[0]));
    }

    private void Displace(Node node, double[] constants, long[] dropped)
    {
        var readers = Original.Nodes.Where(n => n.Inputs.Contains(node.Name)).ToArray();
        if (
            dropped.Length == 0
            || readers is not [var reader]
            || reader.Layer.Statistics() is not { } statistics
            || Contribution(node, constants, dropped) is not { } contribution
        )
            return;
        var variance = Weights.Values($"{reader.Owner}.{statistics.Variance}");
        var lost = contribution.Select((c, o) => c * c / (variance[o] + statistics.Epsilon)).Average();
        if (Math.Sqrt(lost) > (Displacement?.Deviations ?? 0))
            Displacement = (reader.Name, Math.Sqrt(lost));
    }

    // What these input channels add to each output channel, away from padding; null if the layer cannot say.
    private double[]? Contribution(Node node, double[] constants, long[] channels)
    {
        if (node.Layer.WithBias() is null)
            return null;
        var some = new double[constants.Length];
        foreach (var channel in channels)
            some[channel] = constants[channel];
        return node.Layer.Contribution(
            Original.InputShapes(node),
            some,
            channels.Length == 0 ? [] : Weights.Values($"{node.Owner}.weight")
        );
    }

    private void AddTo(Node node, double[] added)
    {
        var readers = Network.Nodes.Where(n => n.Inputs.Contains(node.Name)).ToArray();
        var hasBias = node.Layer.HasBias();
        if (
            !hasBias
            && readers is [var norm]
            && norm.Layer.Statistics() is { } statistics
            && Network.Nodes.Count(n => n.Owner == norm.Owner) == 1
            && !Network.Outputs.Contains(node.Name)
        )
        {
            Add($"{norm.Name}.{statistics.Mean}", [.. added.Select(a => -a)]);
            return;
        }
        if (!hasBias)
        {
            var biased = node with { Layer = node.Layer.WithBias()! };
            Network = new(Network.Name, Network.Nodes.Replace(node, biased), Network.Outputs);
            Weights[$"{node.Name}.bias"] = Numbers.Tensor(
                new double[added.Length],
                [added.Length],
                Weights[$"{node.Name}.weight"].dtype
            );
        }
        Add($"{node.Name}.bias", added);
    }

    private void Add(string name, double[] added) =>
        Weights[name] = Numbers.Tensor(
            [.. Weights.Values(name).Zip(added, (a, b) => a + b)],
            [added.Length],
            Weights[name].dtype
        );

    // The layers with scales whose removed channels arrive at that value.
    private HashSet<string> Upstream(string name)
    {
        var node = Original[name];
        return HasScale(node) ? [node.Owner]
            : Original.FlowOf(node) is ChannelFlow.Own ? []
            : [.. node.Inputs.SelectMany(Upstream)];
    }

    private bool HasScale(Node node) =>
        node.Layer.Parameters(Original.InputShapes(node)).Any(p => p.Role == ParameterRole.Scale);

    // For every node, the value of each removed channel with zero scales, NaN where it is not the same everywhere.
    private Dictionary<string, double[]> Constants()
    {
        var constants = new Dictionary<string, double[]>();
        foreach (var node in Original.Nodes)
        {
            var values = constants[node.Name] = new double[Original.Shapes[node.Name].Channels];
            Array.Fill(values, double.NaN);
            var flow = node.Layer.Flow(Original.InputShapes(node));
            var parameters = node
                .Layer.Parameters(Original.InputShapes(node))
                .Where(p => p.Sizes.Length == 1)
                .ToDictionary(p => p.Name, p => Weights.Values($"{node.Owner}.{p.Name}"));
            var scales = node
                .Layer.Parameters(Original.InputShapes(node))
                .Where(p => p.Role == ParameterRole.Scale)
                .Select(p => p.Name)
                .ToHashSet(); // which are zero where channels go
            foreach (var channel in _removed[node.Name])
            {
                double[] sources = flow switch
                {
                    ChannelFlow.Same => [.. node.Inputs.Select(i => constants[i][channel])],
                    ChannelFlow.Map(var map) when map[channel] == ChannelSource.None => [0],
                    ChannelFlow.Pick(var map) => [constants[node.Inputs[map[channel].Port]][map[channel].Channel]],
                    ChannelFlow.Map(var map) => [constants[node.Inputs[map[channel].Port]][map[channel].Channel]],
                    _ => [double.NaN],
                };
                values[channel] = node.Layer.Constant(
                    sources,
                    name =>
                        scales.Contains(name) ? 0
                        : parameters[name] is [var one] ? one
                        : parameters[name][channel]
                );
            }
        }
        return constants;
    }
}
