using System.Collections.Immutable;

namespace SlimSharp.Slimming;

/// <summary>
/// A term of a sum that does not depend on the inputs, and goes: the block becomes the identity, plus a shift per
/// channel.
/// </summary>
/// <param name="Sum">The sum.</param>
/// <param name="Term">The node whose values are the term.</param>
/// <param name="Shift">
/// Whether a shift per channel takes its place; false if all its channels are zero, or the shift is dropped.
/// </param>
/// <param name="Silenced">Layers of the block all of whose inputs the plan empties.</param>
public sealed record BranchPlan(string Sum, string Term, bool Shift, ImmutableArray<string> Silenced)
{
    /// <inheritdoc/>
    public bool Equals(BranchPlan? other) =>
        other is not null
        && (Sum, Term, Shift) == (other.Sum, other.Term, other.Shift)
        && Silenced.AsSpan().SequenceEqual(other.Silenced.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Sum, Term, Shift);
}
