namespace SlimSharp.Networks;

/// <summary>The mean over all positions: an image or a sequence becomes a vector of its channels.</summary>
public sealed record GlobalAveragePool : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        inputs[0].IsVector
            ? throw new NetworkException($"needs an image or a sequence, but its input is {inputs[0].InWords}")
            : new(inputs[0].Channels);

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => inputs[0].Area == 4 ? 0 : inputs[0].Count;

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        new TokenFlow.Mixed([0], new(0, TokenMaskValue.MeanOfOthers));

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
