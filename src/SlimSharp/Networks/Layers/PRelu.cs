using System.Collections.Immutable;

namespace SlimSharp.Networks;

/// <summary>x, or a trained slope times x where x is negative (He et al., ICCV 2015).</summary>
public sealed record PRelu : Layer
{
    /// <summary>The slope at the start, as in PyTorch.</summary>
    public const double InitialSlope = 0.25;

    /// <summary>One slope for all channels instead of one each.</summary>
    public bool Shared { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [
            Shared
                ? new("weight", ParameterRole.Gain, [1], new(InitialSlope), OutputAxis: null)
                : new("weight", ParameterRole.Gain, [inputs[0].Channels], new(InitialSlope)),
        ];

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        sources[0] >= 0 ? sources[0] : parameter("weight") * sources[0];

    // A slope shows only where its channel is negative; as a shift it always does.
    /// <inheritdoc/>
    public override ImmutableArray<Layer> Open() => Shared ? [Activation.Bent] : [Activation.Bent, new Shift()];

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
