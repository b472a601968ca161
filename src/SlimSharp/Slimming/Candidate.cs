using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A group of channels with what is known of its units before anything is decided.</summary>
/// <param name="Group">The group.</param>
/// <param name="Importance">One number per unit, or null where no scale tells.</param>
/// <param name="Silent">By unit, whether it contributes nothing at all; null where that was not asked.</param>
/// <param name="Stays">Why none of it may go, or null.</param>
internal sealed record Candidate(ChannelGroup Group, double[]? Importance, bool[]? Silent, string? Stays)
{
    internal bool MayGo => Stays is null;

    internal static Candidate[] Of(Network network, Weights weights, PlanOptions options, Criterion criterion)
    {
        // What a selection takes its channels from stays, unless nobody reads it any more.
        var selectedFrom = network
            .Nodes.Where(n => network.FlowOf(n) is ChannelFlow.Pick)
            .SelectMany(n => n.Inputs)
            .ToHashSet();
        return [.. ChannelGroups.Of(network).Select(g => Of(g, network, weights, options, criterion, selectedFrom))];
    }

    private static Candidate Of(
        ChannelGroup group,
        Network network,
        Weights weights,
        PlanOptions options,
        Criterion criterion,
        HashSet<string> selectedFrom
    )
    {
        var importance = criterion.Of(group, network, weights, options.Reduction);
        var stays =
            group.FrozenBecause
            ?? (group.Channels.Keys.Any(options.Spares) ? "asked to be kept" : null)
            ?? (group.Channels.Keys.Any(selectedFrom.Contains) ? "layers select their channels from it" : null)
            ?? (importance is null && !options.IsByZeros ? criterion.Missing : null);
        var silent = options.IsByZeros && stays is null ? SilentUnits(group, importance, weights) : null; // by scales: Check allows no other
        return new(group, importance, silent, stays);
    }

    /// <summary>What stays of the group: what is above <paramref name="threshold"/> (NaN: of each layer its own), or is not silent.</summary>
    internal GroupPlan Decide(double threshold, PlanOptions options)
    {
        var units = Enumerable.Range(0, Group.Units);
        if (!MayGo)
            return new(Group.Name, Group.Units, [.. units], Stays!);
        if (Silent is not null)
        {
            var loud = units.Where(u => !Silent[u]).ToArray();
            var width = options.Width(loud.Length, Group.Units);
            return new(
                Group.Name,
                Group.Units,
                [.. loud.Concat(units.Except(loud)).Take(width).Order()],
                loud.Length == width
                    ? "the others contribute nothing"
                    : $"{loud.Length} contribute something; {width} stay"
            );
        }
        if (options.Target is PlanTarget.Channels channels)
            return Keep(channels.Of(Group), options);
        if (options.Target is PlanTarget.Below below)
            return Keep(below, options);
        if (double.IsNaN(threshold))
        {
            var share = ((PlanTarget.Ratio)options.Target!).Share;
            threshold = Importance!.Order().ElementAt((int)Math.Floor(Group.Units * share));
        }
        var above = Importance!.Count(i => i > threshold);
        var wanted = Math.Max(above, Math.Min(options.MinChannels, Group.Units));
        var rounded = options.Width(above, Group.Units);
        var why =
            above == 0 ? $"would be emptied; the {rounded} largest stay"
            : rounded > wanted ? $"{above} above the threshold, rounded to a multiple of {options.RoundTo}"
            : wanted > above ? $"{above} above the threshold, at least {wanted} stay"
            : "above the threshold";
        return Keep(rounded, why);
    }

    // As many as asked for; all, where nothing was.
    private GroupPlan Keep(int? asked, PlanOptions options)
    {
        if (asked is not { } number)
            return Keep(Group.Units, "no number was asked for; all stay");
        var width = options.Width(number, Group.Units);
        return Keep(width, width == number ? $"{number} asked for" : $"{number} asked for, {width} stay");
    }

    // What is at least a share of the largest; a unit of no importance goes even where all have none.
    private GroupPlan Keep(PlanTarget.Below below, PlanOptions options)
    {
        var limit = below.Share * Importance!.Max();
        var number = Importance!.Count(i => i >= limit && i > 0);
        var width = options.Width(number, Group.Units);
        var why = FormattableString.Invariant($"{below.Share:0.####%} or more of the layer's largest");
        return Keep(
            width,
            number == 0 ? $"would be emptied; the {width} largest stay"
                : width == number ? why
                : $"{number} are {why}; {width} stay"
        );
    }

    /// <summary>The most important units stay, that many.</summary>
    internal GroupPlan Keep(int width, string why) =>
        new(
            Group.Name,
            Group.Units,
            [.. Enumerable.Range(0, Group.Units).OrderByDescending(u => Importance![u]).Take(width).Order()],
            why
        );

    /// <summary>True if nothing of the group is above the threshold.</summary>
    internal bool IsEmptiedBy(double threshold) =>
        MayGo && Importance is not null && Importance.All(i => i <= threshold);

    // Units whose scales are all exactly zero, or that all readers weigh with exactly zero.
    private static bool[] SilentUnits(ChannelGroup group, double[]? importance, Weights weights)
    {
        var reads = group.Slices.Where(s => s.ReadsInput).ToArray();
        var sizes = reads.Select(s => LargestByPlace(weights[s.Parameter], s.Axis)).ToArray();
        bool Unread(int unit) =>
            reads.Length > 0
            && Enumerable.Range(0, reads.Length).All(r => reads[r].Places[unit].All(p => sizes[r][p] == 0));
        return [.. Enumerable.Range(0, group.Units).Select(u => importance?[u] == 0 || Unread(u))];
    }

    private static double[] LargestByPlace(torch.Tensor weight, int axis)
    {
        using var first = weight.detach().transpose(0, axis);
        using var flat = first.reshape(first.shape[0], -1);
        using var size = flat.abs();
        using var largest = size.amax([1]);
        return Numbers.Read(largest);
    }
}
