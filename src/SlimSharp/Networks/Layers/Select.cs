using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>Some channels of the input, in a given order. Splitting and shuffling are selections too.</summary>
/// <param name="Indices">The input channel behind each output channel.</param>
public sealed record Select(ImmutableArray<int> Indices) : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        if (Indices.IsDefaultOrEmpty)
            throw new NetworkException("selects no channel at all");
        foreach (var index in Indices)
        {
            if (index < 0 || index >= inputs[0].Channels)
                throw new NetworkException($"selects channel {index} of an input with {inputs[0].Channels}");
        }
        return inputs[0] with { Channels = Indices.Length };
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Map([.. Indices.Select(i => new ChannelSource(0, i))]);

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        new Select([.. output.Select(o => Array.BinarySearch(inputs[0], Indices[o]))]);

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);

    /// <inheritdoc/>
    public bool Equals(Select? other) => other is not null && Indices.AsSpan().SequenceEqual(other.Indices.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Indices.Aggregate(Indices.Length, HashCode.Combine);
}
