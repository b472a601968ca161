namespace SlimSharp.Networks;

/// <summary>
/// An image made larger by whole factors, by repeating pixels or, as PyTorch does without aligned corners, between
/// them.
/// </summary>
/// <param name="Factor">How many rows and columns each becomes.</param>
public sealed record Upsample(Extent Factor) : Layer
{
    /// <summary>Bilinear interpolation instead of repetition.</summary>
    public bool Bilinear { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        !inputs[0].IsImage ? throw new NetworkException($"needs an image, but its input is {inputs[0].InWords}")
        : Factor.Height < 1 || Factor.Width < 1 ? throw new NetworkException("needs factors of at least 1")
        : checked(new(inputs[0].Channels, inputs[0].Height * Factor.Height, inputs[0].Width * Factor.Width));

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { KeepsRange = !Bilinear };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
