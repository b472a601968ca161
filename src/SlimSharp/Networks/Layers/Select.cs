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

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Map([.. Indices.Select(i => i == Zero ? ChannelSource.None : new ChannelSource(0, i))]);

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        new Select([.. output.Select(o => Indices[o] == Zero ? Zero : Array.BinarySearch(inputs[0], Indices[o]))]);

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);

    /// <inheritdoc/>
    public bool Equals(Select? other) => other is not null && Indices.AsSpan().SequenceEqual(other.Indices.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Indices.Aggregate(Indices.Length, HashCode.Combine);
}
