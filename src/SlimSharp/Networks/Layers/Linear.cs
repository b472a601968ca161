namespace SlimSharp.Networks;

/// <summary>A linear map of a vector.</summary>
/// <param name="Channels">Outputs.</param>
public sealed record Linear(int Channels) : Layer
{
    /// <summary>Whether a bias is added.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The standard deviation of initial weights, with zero bias; null for the framework's own initialisation.</summary>
    public double? InitialDeviation { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        inputs[0].IsImage
            ? throw new NetworkException($"needs a vector, but its input is an image of {inputs[0]}; flatten it first")
        : Channels < 1 ? throw new NetworkException($"has {Channels} outputs, but needs at least 1")
        : new(Channels);

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<Shape> inputs) => (long)Channels * inputs[0].Channels;

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => 2 * Macs(inputs) + (Bias ? Channels : 0);

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs)
    {
        var weight = new LayerParameter(
            "weight",
            ParameterRole.Weight,
            [Channels, inputs[0].Channels],
            0,
            InputAxis: 1
        );
        return Bias ? [weight, new("bias", ParameterRole.Bias, [Channels])] : [weight];
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Own();

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        this with
        {
            Channels = output.Length,
        };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
