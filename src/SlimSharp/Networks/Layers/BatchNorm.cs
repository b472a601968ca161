namespace SlimSharp.Networks;

/// <summary>
/// Batch normalisation per channel: scale·(x − mean)/√(variance + ε) + shift, with the batch's statistics, over all
/// positions, in training and running ones otherwise (Ioffe and Szegedy, ICML 2015).
/// </summary>
public sealed record BatchNorm : Layer
{
    /// <summary>The scale of every channel at the start, as in the papers on network slimming.</summary>
    public const double InitialScale = 0.5;

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The weight of a new batch in the running statistics.</summary>
    public double Momentum { get; init; } = 0.1;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Epsilon > 0 && Momentum is >= 0 and <= 1
            ? inputs[0]
            : throw new NetworkException($"needs ε > 0 and momentum in [0, 1], not {Epsilon} and {Momentum}");

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => 2 * inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs)
    {
        long channels = inputs[0].Channels;
        return
        [
            new("weight", ParameterRole.Scale, [channels], new(InitialScale)),
            new("bias", ParameterRole.Shift, [channels], InitialValue.Zero),
            new("running_mean", ParameterRole.RunningMean, [channels], InitialValue.Zero),
            new("running_var", ParameterRole.RunningVariance, [channels], InitialValue.One),
        ];
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        parameter("weight") == 0
            ? parameter("bias")
            : parameter("weight")
                * (sources[0] - parameter("running_mean"))
                / Math.Sqrt(parameter("running_var") + Epsilon)
                + parameter("bias");

    /// <inheritdoc/>
    public override ChannelAffine? Affine(Func<string, double[]> parameter)
    {
        var (scale, shift) = (parameter("weight"), parameter("bias"));
        var (mean, variance) = (parameter("running_mean"), parameter("running_var"));
        double[] factor = [.. scale.Select((s, c) => s / Math.Sqrt(variance[c] + Epsilon))];
        return new(factor, [.. shift.Select((s, c) => s - factor[c] * mean[c])]);
    }

    /// <inheritdoc/>
    public override BatchStatistics? Statistics() => new("running_mean", "running_var", Epsilon);

    /// <inheritdoc/>
    public override Layer Forgetful() => this with { Momentum = 1 };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
