using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A group of channels with what is known of its units before anything is decided.</summary>
public sealed class Candidate
{
    private readonly PlanOptions _options;
    private readonly bool[]? _silent; // by unit, whether it contributes nothing at all; null where that was not asked

    internal Candidate(ChannelGroup group, PlanSubject subject, PlanOptions options, Criterion criterion)
    {
        (Group, _options) = (group, options);
        Importance = criterion.Of(group, subject, options.Reduction);
        Ranked =
            Importance is not null && options.Cap is { } cap
                ? cap.Protect(Importance, cap.Least(group.Units, group.Name))
                : Importance;
        Stays =
            group.FrozenBecause is null && group.Channels.Keys.Any(options.Spares) ? new(PlanReasonKind.Spared)
            : subject.Graph.StaysBecause(group) is { } reason ? reason
            : Importance is null && !options.IsByZeros ? new(criterion.Missing)
            : null;
        if (options.IsByZeros && MayGo) // by scales: Check allows no other
            _silent = SilentUnits(group, Importance, subject.Weights);
    }

    /// <summary>The group.</summary>
    public ChannelGroup Group { get; }

    /// <summary>One number ≥ 0 per unit; null where the criterion says nothing of the group.</summary>
    public IReadOnlyList<double>? Importance { get; }

    /// <summary>The same, infinite where <see cref="PlanOptions.Cap"/> lets a unit stay whatever it is worth.</summary>
    internal IReadOnlyList<double>? Ranked { get; }

    /// <summary>Why none of it may go, or null.</summary>
    public PlanReason? Stays { get; }

    /// <summary>True if units of it may go.</summary>
    public bool MayGo => Stays is null;

    /// <summary>True if it is decided by what contributes nothing.</summary>
    internal bool IsBySilence => _silent is not null;

    /// <summary>The numbers of units that may stay, ascending: what the options' minimum and multiple allow.</summary>
    public IReadOnlyList<int> Widths() =>
        MayGo
            ? [.. Enumerable.Range(1, Group.Units).Select(k => _options.Width(k, Group.Units, Group.Name)).Distinct()]
            : [Group.Units];

    /// <summary>All units stay.</summary>
    public GroupPlan KeepAll() =>
        new(Group.Name, Group.Units, [.. Enumerable.Range(0, Group.Units)], Stays ?? new(PlanReasonKind.Whole));

    /// <summary>The most important units stay, that many; all of them, where none may go.</summary>
    /// <param name="width">One of <see cref="Widths"/>.</param>
    /// <param name="why">Why so many.</param>
    public GroupPlan Keep(int width, PlanReason why) =>
        MayGo
            ? new(
                Group.Name,
                Group.Units,
                [.. Enumerable.Range(0, Group.Units).OrderByDescending(u => Ranked?[u]).Take(width).Order()],
                why
            )
            : KeepAll();

    /// <summary>
    /// What the options' target leaves of the group: what is above <paramref name="threshold"/>, where it goes by one.
    /// </summary>
    /// <param name="threshold">Of all groups; NaN where each has its own.</param>
    public GroupPlan Decide(double threshold) =>
        !MayGo ? KeepAll()
        : _silent is not null ? KeepLoud(_silent)
        : _options.Target switch
        {
            PlanTarget.Channels channels => KeepAsked(channels.Of(Group)),
            PlanTarget.Below below => KeepAbove(below.Share),
            PlanTarget.Ratio { Share: var share } when double.IsNaN(threshold) => KeepAbove(
                Ranked!.Order().ElementAt((int)Math.Floor(Group.Units * share)),
                PlanReasonKind.Threshold
            ),
            _ => KeepAbove(threshold, PlanReasonKind.Threshold),
        };

    /// <summary>True if nothing of the group is above the threshold.</summary>
    internal bool IsEmptiedBy(double threshold) =>
        MayGo && Importance is not null && Importance.All(i => i <= threshold);

    private GroupPlan KeepAbove(double threshold, PlanReasonKind kind) =>
        KeepCounted(Ranked!.Count(i => i > threshold), new(kind));

    // What is at least a share of the largest; a unit of no importance goes even where all have none.
    private GroupPlan KeepAbove(double share)
    {
        var limit = share * Importance!.Max();
        return KeepCounted(
            Ranked!.Count(i => i >= limit && i > 0),
            new(PlanReasonKind.ShareOfLargest) { Share = share }
        );
    }

    // As many as asked for; all, where nothing was.
    private GroupPlan KeepAsked(int? asked) =>
        asked is { } number
            ? KeepCounted(number, new(PlanReasonKind.Asked))
            : Keep(Group.Units, new(PlanReasonKind.NotAsked));

    private GroupPlan KeepCounted(int wanted, PlanReason why)
    {
        var least = Math.Max(wanted, _options.Least(Group.Units, Group.Name));
        var width = _options.Width(wanted, Group.Units, Group.Name);
        return Keep(
            width,
            (wanted == 0 ? new(PlanReasonKind.Emptied) : why) with
            {
                Wanted = wanted,
                Width = width,
                Multiple = width > least ? _options.RoundTo : null,
            }
        );
    }

    private GroupPlan KeepLoud(bool[] silent)
    {
        var units = Enumerable.Range(0, Group.Units);
        int[] loud = [.. units.Where(u => !silent[u])];
        var width = _options.Width(loud.Length, Group.Units, Group.Name);
        return new(
            Group.Name,
            Group.Units,
            [.. loud.Concat(units.Except(loud)).Take(width).Order()],
            new(PlanReasonKind.Silent) { Wanted = loud.Length, Width = width }
        );
    }

    // Units whose scales are all exactly zero, or that all readers weigh with exactly zero.
    private static bool[] SilentUnits(ChannelGroup group, IReadOnlyList<double>? importance, Weights weights)
    {
        var reads = group.Slices.Where(s => s.ReadsInput).ToArray();
        var sizes = reads.Select(s => LargestByPlace(weights[s.Parameter], s.Axis)).ToArray();
        bool Unread(int unit) =>
            reads.Length > 0
            && group.ReadAsValues.IsEmpty
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
