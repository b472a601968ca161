using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>|scale| of the BatchNorm channels (Liu et al., ICCV 2017).</summary>
public sealed record ScaleCriterion : Criterion
{
    internal const string Text = "scale";

    internal override string Missing => "no BatchNorm scale to judge by";

    /// <inheritdoc/>
    public override double[]? Of(
        ChannelGroup group,
        Network network,
        Weights weights,
        ImportanceReduction reduction = ImportanceReduction.Max
    )
    {
        var members = new List<double>[group.Units];
        var any = false;
        foreach (var (name, node, parameter) in network.Parameters())
        {
            if (parameter.Role != ParameterRole.Scale || !group.Channels.TryGetValue(node.Name, out var channels))
                continue;
            any = true;
            var scales = weights.Values(name);
            for (var unit = 0; unit < group.Units; unit++)
                (members[unit] ??= []).AddRange(channels[unit].Select(c => Math.Abs(scales[c])));
        }
        return any ? [.. members.Select(m => Reduce(m, reduction))] : null;
    }
}
