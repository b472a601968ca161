namespace SlimSharp.Networks;

/// <summary>
/// A layer kind that a program adds at run time, with <see cref="Models.CustomLayers"/>. What it does not say is taken
/// to be what is safe: no channel that it reads or makes can be cut, and nothing is folded into it or rounded. What is
/// stored of it are its properties, as JSON; two layers are the same if these are, so that a list needs an equality of
/// its own.
/// </summary>
public abstract record CustomLayer : Layer
{
    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Whole(
            $"a layer of the kind {GetType().Name} does not say how its channels depend on each other"
        );

    /// <inheritdoc/>
    public sealed override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
