using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>Numbers of the filters that make the channels of a group.</summary>
internal static class FilterMembers
{
    /// <summary>
    /// By unit, one number per filter, that of its weights and that of its bias together; null where there is no
    /// filter. A depthwise filter hands on a channel that another one makes, and counts only where it is alone.
    /// </summary>
    /// <param name="group">The group.</param>
    /// <param name="graph">Where it is from.</param>
    /// <param name="numbers">By parameter, one number per output channel.</param>
    internal static List<double>[]? Of(
        ChannelGroup group,
        IChannelGraph graph,
        IReadOnlyDictionary<string, double[]> numbers
    )
    {
        var own = group.Slices.Where(s => !s.ReadsInput).ToArray();
        ChannelSlice[] weights = [.. own.Where(s => RoleOf(s) == ParameterRole.Weight)];
        ChannelSlice[] makers = [.. weights.Where(s => graph.Parameters[s.Parameter].InputAxis is not null)];
        var units = Enumerable.Range(0, group.Units).Select(_ => new List<double>()).ToArray();
        foreach (var weight in makers.Length > 0 ? makers : weights)
        {
            var bias = own.FirstOrDefault(s => RoleOf(s) == ParameterRole.Bias && Owner(s) == Owner(weight));
            for (var unit = 0; unit < group.Units; unit++)
                units[unit]
                    .AddRange(
                        weight
                            .Places[unit]
                            .Select(p => numbers[weight.Parameter][p] + (bias is null ? 0 : numbers[bias.Parameter][p]))
                    );
        }
        return units.All(u => u.Count > 0) ? units : null;

        ParameterRole RoleOf(ChannelSlice slice) => graph.Parameters[slice.Parameter].Role;
    }

    private static string Owner(ChannelSlice slice) => slice.Parameter[..slice.Parameter.LastIndexOf('.')];
}
