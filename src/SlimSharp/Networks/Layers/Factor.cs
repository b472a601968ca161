namespace SlimSharp.Networks;

/// <summary>
/// Multiplies every channel by a number that stays as it is, in training as in evaluation: no optimiser trains it, no
/// penalty acts on it, and it is no scale to cut by. What
/// an imported network multiplies by constants is one.
/// </summary>
public sealed record Factor : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [new("weight", ParameterRole.Factor, [inputs[0].Channels], InitialValue.One)];

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        parameter("weight") == 0 ? 0 : parameter("weight") * sources[0];

    /// <inheritdoc/>
    public override ChannelAffine? Affine(Func<string, double[]> parameter) => new(parameter("weight"), null);

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
