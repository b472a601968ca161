using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>
/// Some channels of the input, or some tokens of a sequence, in a given order, or zeros. Splitting, shuffling and
/// padding channels are selections too.
/// </summary>
/// <param name="Indices">What is behind each output place; <see cref="Zero"/> for zeros.</param>
public sealed record Select(ImmutableArray<int> Indices) : Layer
{
    /// <summary>Stands for zeros.</summary>
    public const int Zero = -1;

    /// <summary>What the indices number.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public PositionAxis Axis { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        var (there, what) = IsOfTokens ? (inputs[0].Tokens, "token") : (inputs[0].Channels, "channel");
        if (Indices.IsDefaultOrEmpty)
            throw new NetworkException($"selects no {what} at all");
        if (IsOfTokens && !inputs[0].IsSequence)
            throw new NetworkException($"selects tokens, but its input is {inputs[0].InWords}");
        if (IsOfTokens && Picks)
            throw new NetworkException("picks, which is for channels, but selects tokens");
        foreach (var index in Indices)
        {
            if (index < Zero || index >= there)
                throw new NetworkException($"selects {what} {index} of an input with {there}");
        }
        return IsOfTokens ? inputs[0] with { Tokens = Indices.Length } : inputs[0] with { Channels = Indices.Length };
    }

    /// <summary>
    /// True for channel selection as in network slimming (Liu et al., ICCV 2017): its outputs may be cut on their own,
    /// while what they are selected from stays.
    /// </summary>
    public bool Picks { get; init; }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs)
    {
        if (IsOfTokens)
            return new ChannelFlow.Same();
        ImmutableArray<ChannelSource> sources =
        [
            .. Indices.Select(i => i == Zero ? ChannelSource.None : new ChannelSource(0, i)),
        ];
        return Picks ? new ChannelFlow.Pick(sources) : new ChannelFlow.Map(sources);
    }

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        IsOfTokens ? new TokenFlow.Pick(Indices) : new TokenFlow.Same();

    /// <inheritdoc/>
    public override Layer NarrowTokens(IReadOnlyList<int[]> inputs, int[] output) =>
        IsOfTokens ? this with { Indices = Behind(inputs[0], output) } : this;

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        IsOfTokens ? this : this with { Indices = Behind(inputs[0], output) };

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        IsOfTokens && Indices.Contains(Zero) && sources[0] != 0 ? double.NaN : sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() =>
        new()
        {
            KeepsRange = true,
            IsSelection = !IsOfTokens,
            IsFree = !IsOfTokens,
        };

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);

    /// <inheritdoc/>
    public bool Equals(Select? other) =>
        other is not null
        && Picks == other.Picks
        && Axis == other.Axis
        && Indices.AsSpan().SequenceEqual(other.Indices.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Indices.Aggregate(Indices.Length, HashCode.Combine);

    // What is behind the output places that remain, counted among what remains of the input.
    private ImmutableArray<int> Behind(int[] input, int[] output) =>
        [.. output.Select(o => Indices[o] == Zero ? Zero : Array.BinarySearch(input, Indices[o]))];

    private bool IsOfTokens => Axis == PositionAxis.Tokens;
}
