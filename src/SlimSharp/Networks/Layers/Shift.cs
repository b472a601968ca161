namespace SlimSharp.Networks;

/// <summary>Adds a trained number to every channel.</summary>
public sealed record Shift : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [new("bias", ParameterRole.Shift, [inputs[0].Channels], InitialValue.Zero)];

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        sources[0] + parameter("bias");

    /// <inheritdoc/>
    public override ChannelAffine? Affine(Func<string, double[]> parameter)
    {
        var shift = parameter("bias");
        return new([.. shift.Select(_ => 1.0)], shift);
    }

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
