namespace SlimSharp.Networks;

/// <summary>The mean under a window; padding counts as zeros.</summary>
/// <param name="Kernel">The window.</param>
public sealed record AveragePool(Kernel Kernel) : Layer
{
    /// <summary>The window's steps.</summary>
    public Extent Stride { get; init; } = new(Kernel.Height, Kernel.Width);

    /// <summary>Zeros around the image; opposite sides alike, at most half the window.</summary>
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
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) =>
        Kernel == 2 ? 0 : checked(Output(inputs).Count * Kernel.Area);

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        Padding.IsNone || sources[0] == 0 ? sources[0] : double.NaN;

    /// <inheritdoc/>
    public override string Title() => $"average pooling {Kernel}";

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Values;

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
