using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>
/// What becomes of the constants that removed channels carry once their scale is zero. Folding adds them to the bias of the next
/// layer, or takes them off the running mean of the BatchNorm behind it; it is exact where the next layer pads nothing.
/// </summary>
internal sealed class ConstantFolding : IDisposable
{
    private readonly Dictionary<string, long[]> _folded = []; // by weight, the input channels whose constants were folded
    private readonly HashSet<string> _silenced = []; // BatchNorms whose removed scales are zero in the reference
    private readonly Dictionary<string, int[]> _removed;

    private ConstantFolding(SlimmingPlan plan, Weights weights)
    {
        Original = Network = plan.Prepared();
        Weights = weights.Copy();
        var groups = ChannelGroups.Of(Original);
        _removed = groups
            .Zip(NetworkCut.RemovedUnits(groups, plan.Groups))
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
    /// The BatchNorm whose inputs lose most by what is dropped: the root mean square over its channels of the lost constant
    /// over the running standard deviation. Null if nothing is dropped in front of a BatchNorm.
    /// </summary>
    internal (string Node, double Deviations)? Displacement { get; private set; }

    internal static ConstantFolding Of(SlimmingPlan plan, Weights weights)
    {
        var folding = new ConstantFolding(plan, weights);
        folding.Fold(plan.Options.Constants);
        return folding;
    }

    /// <summary>The original's tensors, masked but for what was folded; the caller disposes them.</summary>
    internal Weights Reference(NetworkCut cut, Weights weights)
    {
        var masked = cut with { Source = Original };
        var reference = masked.Mask(weights, _folded);
        foreach (var node in _silenced)
        {
            var name = $"{node}.weight";
            var scales = reference.Values(name);
            foreach (var channel in _removed[node])
                scales[channel] = 0;
            reference[name] = Numbers.Tensor(scales, [scales.Length], reference[name].dtype);
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
            long[] carried = [.. _removed[node.Inputs[0]].Where(c => values[c] != 0).Select(c => (long)c)]; // NaN counts as carried
            // Two layers of one weight may carry different constants.
            var alone = Original.Nodes.Count(n => n.Owner == node.Owner) == 1;
            var exact = alone && node.Layer is (Linear or Convolution { Padding.IsNone: true, Groups: 1 });
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
        AddTo(node, Contribution(node, constants, channels));
        _folded[$"{node.Name}.weight"] = channels;
        _silenced.UnionWith(Upstream(node.Inputs[0]));
    }

    private void Displace(Node node, double[] constants, long[] dropped)
    {
        var readers = Original.Nodes.Where(n => n.Inputs.Contains(node.Name)).ToArray();
        if (
            dropped.Length == 0
            || readers is not [{ Layer: BatchNorm norm } reader]
            || node.Layer is not (Linear or Convolution { Groups: 1 })
        )
            return;
        var variance = Weights.Values($"{reader.Owner}.running_var");
        var lost = Contribution(node, constants, dropped)
            .Select((c, o) => c * c / (variance[o] + norm.Epsilon))
            .Average();
        if (Math.Sqrt(lost) > (Displacement?.Deviations ?? 0))
            Displacement = (reader.Name, Math.Sqrt(lost));
    }

    // What these input channels add to each output channel, away from padding.
    private double[] Contribution(Node node, double[] constants, long[] channels)
    {
        var weight = Weights.Values($"{node.Owner}.weight");
        var sizes = Weights[$"{node.Owner}.weight"].shape;
        var (inputs, area) = (sizes[1], sizes.Skip(2).Aggregate(1L, (a, b) => a * b));
        var sums = new double[sizes[0]];
        for (var o = 0; o < sums.Length; o++)
        {
            foreach (var channel in channels)
            {
                for (var k = 0; k < area; k++)
                    sums[o] += weight[(o * inputs + channel) * area + k] * constants[channel];
            }
        }
        return sums;
    }

    private void AddTo(Node node, double[] added)
    {
        var readers = Network.Nodes.Where(n => n.Inputs.Contains(node.Name)).ToArray();
        var hasBias = node.Layer is Linear { Bias: true } or Convolution { Bias: true };
        if (
            !hasBias
            && readers is [{ Layer: BatchNorm } norm]
            && Network.Nodes.Count(n => n.Owner == norm.Owner) == 1
            && !Network.Outputs.Contains(node.Name)
        )
        {
            Add($"{norm.Name}.running_mean", [.. added.Select(a => -a)]);
            return;
        }
        if (!hasBias)
        {
            Layer biased = node.Layer switch
            {
                Convolution c => c with { Bias = true },
                Linear l => l with { Bias = true },
                var other => other,
            };
            Network = new(Network.Name, Network.Nodes.Replace(node, node with { Layer = biased }), Network.Outputs);
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
            var hasScale = HasScale(node);
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
                values[channel] = hasScale
                    ? parameters["bias"][channel]
                    : node.Layer.Constant(
                        sources,
                        name => parameters[name] is [var one] ? one : parameters[name][channel]
                    );
            }
        }
        return constants;
    }
}
