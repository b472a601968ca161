namespace SlimSharp.Networks;

/// <summary>
/// Normalisation over the channels of each position: gain·(x − mean)/√(variance + ε) + shift (Ba, Kiros and Hinton,
/// 2016). Its statistics are taken over all channels, so none of them can be cut.
/// </summary>
public sealed record LayerNorm : Layer
{
    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Epsilon > 0 ? inputs[0] : throw new NetworkException($"needs ε > 0, not {Epsilon}");

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => 2 * inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [
            new("weight", ParameterRole.Gain, [inputs[0].Channels], InitialValue.One),
            new("bias", ParameterRole.Shift, [inputs[0].Channels], InitialValue.Zero),
        ];

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Whole("a LayerNorm takes its statistics over all of them");

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        parameter("weight") == 0 ? parameter("bias") : double.NaN;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
