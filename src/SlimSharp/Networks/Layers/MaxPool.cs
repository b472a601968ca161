using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>The largest value under a window; padding counts as −∞.</summary>
/// <param name="Kernel">The window.</param>
public sealed record MaxPool(Kernel Kernel) : Layer
{
    /// <summary>The window's steps.</summary>
    public Extent Stride { get; init; } = new(Kernel.Height, Kernel.Width);

    /// <summary>Positions around the image; opposite sides alike, at most half the window.</summary>
    public Padding Padding { get; init; }

    /// <summary>Whether a last, partly covered window counts.</summary>
    public bool Ceil { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        Pooling.CheckPadding(Kernel, Padding);
        var (height, width) = Window.Slide(inputs[0], Kernel, Stride, Padding, 1, Ceil);
        return new(inputs[0].Channels, height, width);
    }

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => checked(Output(inputs).Count * Kernel.Area);

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) => sources[0];

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { KeepsRange = true };

    /// <inheritdoc/>
    public override string Title() => $"max pooling {Kernel}";

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    // A maximum that another place wins hides what is wrong; a mean does not.
    /// <inheritdoc/>
    public override ImmutableArray<Layer> Open() =>
        [
            new AveragePool(Kernel)
            {
                Stride = Stride,
                Padding = Padding,
                Ceil = Ceil,
            },
        ];

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
