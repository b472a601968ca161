namespace SlimSharp.Networks;

/// <summary>A value that the caller gives.</summary>
/// <param name="Shape">Its shape, without the batch.</param>
public sealed record Input(Shape Shape) : Layer
{
    /// <inheritdoc/>
    public override int MinInputs => 0;

    /// <inheritdoc/>
    public override int MaxInputs => 0;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Shape.IsPossible ? Shape : throw new NetworkException($"has the impossible shape {Shape}");

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Own();

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
