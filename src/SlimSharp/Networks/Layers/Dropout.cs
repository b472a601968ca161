namespace SlimSharp.Networks;

/// <summary>In training, zeroes elements at random and scales the others up; otherwise does nothing.</summary>
/// <param name="Share">The probability of zeroing.</param>
public sealed record Dropout(double Share) : Layer
{
    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Share is >= 0 and < 1
            ? inputs[0]
            : throw new NetworkException($"has a share of {Share}, but needs one in [0, 1)");

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { IsIdentity = true, IsFree = true };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
