using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>How much is to be cut: one of the records in here, and there are no others.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Ratio), "ratio")]
[JsonDerivedType(typeof(Macs), "macs")]
[JsonDerivedType(typeof(Parameters), "parameters")]
[JsonDerivedType(typeof(Latency), "latency")]
[JsonDerivedType(typeof(Zeros), "zeros")]
[JsonDerivedType(typeof(Below), "below")]
[JsonDerivedType(typeof(Channels), "channels")]
public abstract partial record PlanTarget
{
    private PlanTarget() { }

    /// <summary>Throws if it asks for something that cannot be.</summary>
    internal virtual void Check() { }

    /// <summary>True if every layer is decided by itself and keeps a channel, so that no block is emptied.</summary>
    internal virtual bool ByLayer => false;

    /// <summary>
    /// The share of scales to cut: those not above the one at place ⌊N·share⌋ (from 0) of all N in ascending order,
    /// which without ties is ⌊N·share⌋ + 1 of them, as published.
    /// </summary>
    /// <param name="Share">In [0, 1).</param>
    /// <param name="PerLayer">Take the share of every layer instead of all scales together.</param>
    public sealed record Ratio(double Share, bool PerLayer = false) : PlanTarget
    {
        internal override bool ByLayer => PerLayer;

        internal override void Check() =>
            Require(Share is >= 0 and < 1, FormattableString.Invariant($"The ratio is {Share}"), "lie in [0, 1)");
    }

    /// <summary>Cut the least important until at most this share of multiply-adds is left.</summary>
    /// <param name="Share">In (0, 1].</param>
    public sealed record Macs(double Share) : PlanTarget
    {
        internal override void Check() => RequireShare(Share, "The share of MACs");
    }

    /// <summary>Cut the least important until at most this share of parameters is left.</summary>
    /// <param name="Share">In (0, 1].</param>
    public sealed record Parameters(double Share) : PlanTarget
    {
        internal override void Check() => RequireShare(Share, "The share of parameters");
    }

    /// <summary>
    /// Cut until a table of latencies says that no more time than this is needed; planned by <c>LatencyPlanner</c> of
    /// SlimSharp.Latency.
    /// </summary>
    /// <param name="Milliseconds">Above 0.</param>
    public sealed record Latency(double Milliseconds) : PlanTarget
    {
        internal override void Check() =>
            Require(
                Milliseconds is > 0 and < double.PositiveInfinity,
                FormattableString.Invariant($"The latency is {Milliseconds} ms"),
                "be above 0"
            );
    }

    /// <summary>
    /// Cut exactly what contributes nothing: channels whose scales are zero, or that all readers weigh with zero, and
    /// branches that are constant.
    /// </summary>
    public sealed record Zeros : PlanTarget;

    /// <summary>
    /// Cut in every layer what is less important than this share of the layer's most important channel, and what has
    /// no importance at all. What is exactly at the limit stays.
    /// </summary>
    /// <param name="Share">In (0, 1].</param>
    public sealed record Below(double Share) : PlanTarget
    {
        internal override bool ByLayer => true;

        internal override void Check() => RequireShare(Share, "The share of a layer's largest");
    }

    /// <summary>
    /// Keep so many channels, the most important, in the layers that are named; all others stay whole.
    /// </summary>
    /// <param name="Kept">
    /// By names of nodes, or beginnings of names followed by *, the number of channels that stay.
    /// </param>
    [method: JsonConstructor]
    public sealed partial record Channels(ImmutableSortedDictionary<string, int> Kept) : PlanTarget
    {
        /// <summary>The same, written out: <c>new(("conv1", 16), ("block2*", 32))</c>.</summary>
        /// <exception cref="ArgumentException">A name is given twice.</exception>
        public Channels(params IEnumerable<(string Layer, int Count)> kept)
            : this(kept.ToImmutableSortedDictionary(k => k.Layer, k => k.Count, StringComparer.Ordinal)) { }

        internal override bool ByLayer => true;

        internal override void Check()
        {
            if (Kept is not { Count: > 0 })
                throw new PlanException("The target names no layer; give the number of channels of one at least.");
            foreach (var (layer, kept) in Kept)
                Require(kept >= 1, $"The number of channels of '{layer}' is {kept}", "be 1 or more");
        }

        /// <summary>True if the same layers keep as many.</summary>
        /// <param name="other">Another target, or null.</param>
        public bool Equals(Channels? other) => other is not null && Kept.SequenceEqual(other.Kept);

        /// <inheritdoc/>
        public override int GetHashCode() => Kept.Aggregate(Kept.Count, HashCode.Combine);
    }

    private static void RequireShare(double share, string what) =>
        Require(share is > 0 and <= 1, FormattableString.Invariant($"{what} is {share}"), "lie in (0, 1]");

    private static void Require(bool holds, string what, string must)
    {
        if (!holds)
            throw new PlanException($"{what}, but must {must}.");
    }
}
