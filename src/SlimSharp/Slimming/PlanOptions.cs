using System.Collections.Immutable;
using SlimSharp.Networks;

namespace SlimSharp.Slimming;

/// <summary>How much to cut, and what to spare.</summary>
public sealed partial record PlanOptions
{
    private PlanTarget? _target;

    /// <summary>How much to cut. A plan needs it.</summary>
    public PlanTarget? Target
    {
        get => _target;
        init => _target = value;
    }

    /// <summary>
    /// Let blocks be emptied: where no channel of a layer is above the threshold and the rest of its block would add a
    /// constant, the block becomes the identity plus that constant, instead of keeping one channel.
    /// </summary>
    public bool EmptyBlocks { get; init; }

    /// <summary>Leave out the constants that dead branches add, which changes what is computed.</summary>
    public bool DropShifts { get; init; }

    /// <summary>At least this many channels stay in every layer.</summary>
    public int MinChannels { get; init; } = 1;

    /// <summary>The most that may go of a layer; null for all but <see cref="MinChannels"/>.</summary>
    public RemovalCap? Cap { get; init; }

    /// <summary>Widths are rounded up to a multiple of this, though never above what they were.</summary>
    public int RoundTo { get; init; } = 1;

    /// <summary>Layers that are not cut: names of nodes, or beginnings of names followed by *.</summary>
    public ImmutableArray<string> Keep
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>How a trunk is cut.</summary>
    public Trunk Trunk { get; init; }

    /// <summary>The importance of coupled channels.</summary>
    public ImportanceReduction Reduction { get; init; }

    /// <summary>What channels are judged by: a name in <see cref="CriterionKind.All"/>.</summary>
    public string Criterion
    {
        get => field ?? ScaleCriterion.Text; // of plans from before there was a choice
        init;
    }

    /// <summary>
    /// Divide importance by its mean over the layer, so that layers compare in what stands out within them. Null for
    /// norms of filters in networks without BatchNorm scales only: there a filter's size is that of its layer, and the
    /// layers of small weights would go whole.
    /// </summary>
    public bool? Normalized { get; init; }

    /// <summary>
    /// Multiply the importance of each layer by a random factor between a half and two, a function of this seed:
    /// another division of the same target.
    /// </summary>
    public long? Jitter { get; init; }

    /// <summary>What random importance is a function of.</summary>
    public long Seed { get; init; }

    /// <summary>What becomes of constants.</summary>
    public ConstantTreatment Constants { get; init; }

    /// <summary>
    /// Whether the gains of GroupNorms are scales for this plan and in the network that is cut by it; null for what the
    /// network says (<see cref="GroupNorm.GainsAreScales"/>).
    /// </summary>
    public bool? GroupNormScales { get; init; }

    /// <summary>Throws if these options do not make sense together.</summary>
    /// <exception cref="PlanException">They do not; the message names the option.</exception>
    public void Check()
    {
        if (Target is null)
            throw new PlanException(
                $"{nameof(PlanOptions)}.{nameof(Target)} is not set: say how much to cut, as in new PlanTarget.Macs(0.5)."
            );
        Target.Check();
        if (DropShifts && !IsByZeros && !EmptyBlocks)
            throw new PlanException("PlanOptions.DropShifts goes with PlanTarget.Zeros or PlanOptions.EmptyBlocks.");
        if (Target.ByLayer && EmptyBlocks)
            throw new PlanException(
                "PlanTarget.Ratio.PerLayer, PlanTarget.Below and PlanTarget.Channels empty no layer; leave out PlanOptions.EmptyBlocks."
            );
        _ = CriterionKind.Of(this);
        if (IsByZeros && (Criterion != ScaleCriterion.Text || Normalized == true))
            throw new PlanException(
                "PlanTarget.Zeros goes by scales and weights that are zero; leave out PlanOptions.Criterion and PlanOptions.Normalized."
            );
        if (Target is PlanTarget.Latency && Trunk == Trunk.Selection)
            throw new PlanException("A latency is planned with coupled channels; leave out PlanOptions.Trunk.");
        Cap?.Check();
        if (Cap is not null && (EmptyBlocks || IsByZeros))
            throw new PlanException(
                "PlanOptions.Cap keeps channels of every layer, which PlanOptions.EmptyBlocks and PlanTarget.Zeros would take whole; leave out one of them."
            );
        if (MinChannels < 1)
            throw new PlanException($"At least 1 channel must stay in every layer, not {MinChannels}.");
        if (RoundTo < 1)
            throw new PlanException($"Widths can be rounded to multiples of 1 or more, not {RoundTo}.");
    }

    /// <summary>True if what contributes nothing goes, and nothing else.</summary>
    internal bool IsByZeros => Target is PlanTarget.Zeros;

    /// <summary>
    /// The network whose groups a plan speaks of: the source, with selections where a trunk is to be cut by them, and
    /// with the gains of GroupNorms as they are to be taken. Computes the same.
    /// </summary>
    internal Network Prepare(Network source)
    {
        var network = Trunk == Trunk.Selection ? ChannelSelection.InFront(source) : source;
        return GroupNormScales is { } areScales ? network.WithGroupNormScales(areScales) : network;
    }

    /// <summary>
    /// The width of a layer of which <paramref name="wanted"/> channels are wanted: at least the minimum, a multiple,
    /// at most what it has.
    /// </summary>
    internal int Width(int wanted, int units, string group = "") =>
        Math.Min((Math.Max(wanted, Least(units, group)) + RoundTo - 1) / RoundTo * RoundTo, units);

    /// <summary>How many channels of a layer stay at least.</summary>
    internal int Least(int units, string group) =>
        Math.Min(units, Math.Max(MinChannels, Cap?.Least(units, group) ?? 1));

    /// <summary>True if the name is among <see cref="Keep"/>.</summary>
    public bool Spares(string name) => Keep.Any(k => IsNamed(k, name));

    /// <summary>True if a name, or a beginning of names followed by *, is that of a node.</summary>
    internal static bool IsNamed(string pattern, string node) =>
        pattern.EndsWith('*') ? node.StartsWith(pattern[..^1], StringComparison.Ordinal) : node == pattern;
}
