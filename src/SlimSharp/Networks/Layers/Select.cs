using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Some channels of the input, in a given order, or zeros. Splitting, shuffling and padding channels are selections too.</summary>
/// <param name="Indices">The input channel behind each output channel; <see cref="Zero"/> for a channel of zeros.</param>
public sealed record Select(ImmutableArray<int> Indices) : Layer
{
    /// <summary>Stands for a channel of zeros.</summary>
    public const int Zero = -1;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        if (Indices.IsDefaultOrEmpty)
            throw new NetworkException("selects no channel at all");
        foreach (var index in Indices)
        {
            if (index < Zero || index >= inputs[0].Channels)
                throw new NetworkException($"selects channel {index} of an input with {inputs[0].Channels}");
        }
        return inputs[0] with { Channels = Indices.Length };
    }

    /// <summary>
    /// True for channel selection as in network slimming (Liu et al., ICCV 2017): its outputs may be cut on their own, while what they are
    /// selected from stays.
    /// </summary>
    public bool Picks { get; init; }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs)
    {
        ImmutableArray<ChannelSource> sources =
        [
            .. Indices.Select(i => i == Zero ? ChannelSource.None : new ChannelSource(0, i)),
        ];
        return Picks ? new ChannelFlow.Pick(sources) : new ChannelFlow.Map(sources);
    }

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        this with
        {
            Indices = [.. output.Select(o => Indices[o] == Zero ? Zero : Array.BinarySearch(inputs[0], Indices[o]))],
        };

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() =>
        new()
        {
            KeepsRange = true,
            IsSelection = true,
            IsFree = true,
        };

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);

    /// <inheritdoc/>
    public bool Equals(Select? other) =>
        other is not null && Picks == other.Picks && Indices.AsSpan().SequenceEqual(other.Indices.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Indices.Aggregate(Indices.Length, HashCode.Combine);
}
