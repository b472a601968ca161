namespace SlimSharp.Networks;

/// <summary>
/// A linear map of the channels, the same at every position: of a vector, of each token, of each pixel.
/// </summary>
/// <param name="Channels">Outputs.</param>
public sealed record Linear(int Channels) : Layer
{
    /// <summary>Whether a bias is added.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>
    /// The standard deviation of initial weights, with zero bias; null for the framework's own initialisation.
    /// </summary>
    public double? InitialDeviation { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Channels < 1
            ? throw new NetworkException($"has {Channels} outputs, but needs at least 1")
            : inputs[0] with
            {
                Channels = Channels,
            };

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<Shape> inputs) =>
        checked((long)Channels * inputs[0].Channels * inputs[0].Area);

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) =>
        checked(2 * Macs(inputs) + (Bias ? Output(inputs).Count : 0));

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs)
    {
        var framework = InitialValue.Uniform(1 / Math.Sqrt(inputs[0].Channels));
        var weight = new LayerParameter(
            "weight",
            ParameterRole.Weight,
            [Channels, inputs[0].Channels],
            InitialDeviation is { } deviation ? InitialValue.Normal(deviation) : framework,
            OutputAxis: 0,
            InputAxis: 1
        );
        var bias = InitialDeviation is null ? framework : InitialValue.Zero;
        return Bias ? [weight, new("bias", ParameterRole.Bias, [Channels], bias)] : [weight];
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Own();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        this with
        {
            Channels = output.Length,
        };

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { FeedsItsNorm = true };

    /// <inheritdoc/>
    public override Layer? WithBias() => this with { Bias = true };

    /// <inheritdoc/>
    public override bool HasBias() => Bias;

    /// <inheritdoc/>
    public override Layer WithChannels(int channels, int? groups = null) => this with { Channels = channels };

    /// <inheritdoc/>
    public override double[]? Contribution(IReadOnlyList<Shape> inputs, double[] constants, double[] weight) =>
        WeightedSum.Of(constants, weight, Channels);

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Weights;

    /// <inheritdoc/>
    public override Layer Timed(IReadOnlyList<Shape> inputs) => this with { Channels = 1, InitialDeviation = null };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
