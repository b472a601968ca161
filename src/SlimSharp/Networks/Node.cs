using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>A layer in its place: what it is called and what it reads.</summary>
/// <param name="Name">Unique in its network; dots group, as in block1.conv2.</param>
/// <param name="Layer">What it does.</param>
/// <param name="Inputs">The nodes whose outputs it reads, in order.</param>
public sealed record Node(string Name, Layer Layer, ImmutableArray<string> Inputs)
{
    /// <inheritdoc/>
    public bool Equals(Node? other) =>
        other is not null
        && Name == other.Name
        && Layer.Equals(other.Layer)
        && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Layer);
}
