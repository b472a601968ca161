namespace SlimSharp.Networks;

/// <summary>The channels of all inputs, one after another.</summary>
public sealed record Concat : Layer
{
    /// <inheritdoc/>
    public override int MaxInputs => int.MaxValue;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        inputs.All(s => s with { Channels = 0 } == inputs[0] with { Channels = 0 })
            ? inputs[0] with
            {
                Channels = inputs.Sum(s => s.Channels), // which throws where it runs over
            }
            : throw new NetworkException(
                $"concatenates the channels of values at different positions: {string.Join(" and ", inputs)}"
            );

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Map([
            .. from port in Enumerable.Range(0, inputs.Count)
            from channel in Enumerable.Range(0, inputs[port].Channels)
            select new ChannelSource(port, channel),
        ]);

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { IsConcatenation = true };

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
