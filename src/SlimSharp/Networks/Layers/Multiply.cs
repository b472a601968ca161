namespace SlimSharp.Networks;

/// <summary>
/// The product of two values of one shape, or of an image or a sequence and a vector with one factor per channel
/// (squeeze-and-excitation).
/// </summary>
public sealed record Multiply : Layer
{
    /// <inheritdoc/>
    public override int MinInputs => 2;

    /// <inheritdoc/>
    public override int MaxInputs => 2;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        return a == b || (a.Channels == b.Channels && !a.IsVector && b.Area == 1)
            ? a
            : throw new NetworkException($"multiplies {a} by {b}; it needs one shape, or a factor per channel");
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        sources[0] * sources[1];

    /// <inheritdoc/>
    public override Shape Beside(Shape first) => new(first.Channels); // a factor per channel

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
