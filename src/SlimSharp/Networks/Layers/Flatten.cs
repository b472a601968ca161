namespace SlimSharp.Networks;

/// <summary>An image as a vector, channel by channel and row by row, or a sequence, token by token.</summary>
public sealed record Flatten : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) => new(checked((int)inputs[0].Count));

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Map([
            .. Enumerable
                .Range(0, (int)inputs[0].Count)
                .Select(i => new ChannelSource(0, inputs[0].IsSequence ? i % inputs[0].Channels : i / inputs[0].Area)),
        ]);

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        new TokenFlow.Whole("a Flatten puts all of them into one vector");

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { KeepsRange = true, IsFree = true };

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
