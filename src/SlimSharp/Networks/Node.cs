using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>A layer in its place: what it is called and what it reads.</summary>
/// <param name="Name">Unique in its network; dots group, as in block1.conv2.</param>
/// <param name="Layer">What it does.</param>
/// <param name="Inputs">The nodes whose outputs it reads, in order.</param>
/// <param name="Shares">
/// An earlier node of the same layer whose parameters it computes with, instead of its own; or null.
/// </param>
public sealed record Node(string Name, Layer Layer, ImmutableArray<string> Inputs, string? Shares = null)
{
    /// <summary>The node whose parameters it computes with.</summary>
    [JsonIgnore]
    public string Owner => Shares ?? Name;

    /// <summary>True if the caller gives its value.</summary>
    [JsonIgnore]
    public bool IsInput => Layer is Input;

    /// <inheritdoc/>
    public bool Equals(Node? other) =>
        other is not null
        && Name == other.Name
        && Shares == other.Shares
        && Layer.Equals(other.Layer)
        && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Layer);
}
