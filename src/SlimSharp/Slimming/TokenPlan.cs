using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Slimming;

/// <summary>
/// Which tokens are left of a node's value: whoever reads it gets no others. Tokens are counted as in the network that
/// is to be cut, also behind nodes at which others have gone.
/// </summary>
/// <param name="Node">The node.</param>
/// <param name="Tokens">How many tokens its value has.</param>
/// <param name="Kept">Those that stay, ascending; at least one.</param>
/// <param name="Why">Why these.</param>
public sealed record TokenPlan(string Node, int Tokens, ImmutableArray<int> Kept, PlanReason Why) : IJsonOnDeserialized
{
    /// <summary>The tokens that go, ascending.</summary>
    public IEnumerable<int> Removed() => Enumerable.Range(0, Tokens).Except(Kept);

    /// <inheritdoc/>
    public bool Equals(TokenPlan? other) =>
        other is not null
        && (Node, Tokens, Why) == (other.Node, other.Tokens, other.Why)
        && Kept.AsSpan().SequenceEqual(other.Kept.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Node, Tokens, Kept.Length);

    /// <summary>Throws if tokens are kept that cannot be.</summary>
    /// <exception cref="PlanException">They are.</exception>
    internal void Check()
    {
        if (Kept.IsDefaultOrEmpty || !GroupPlan.IsAscending(Kept, Tokens))
            throw new PlanException(
                $"The tokens that are kept at '{Node}' must be numbers from 0 to {Tokens - 1}, one at least, each once and ascending."
            );
    }

    // What a file says is checked as soon as it is read.
    void IJsonOnDeserialized.OnDeserialized() => Check();
}
