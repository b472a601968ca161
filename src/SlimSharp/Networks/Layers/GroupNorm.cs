using System.Text.Json.Serialization;

namespace SlimSharp.Networks;

/// <summary>
/// Normalisation over the channels and positions of each group: gain·(x − mean)/√(variance + ε) + shift, in training
/// as in evaluation (Wu and He, ECCV 2018). A group's channels share their statistics, so they can only be cut
/// together.
/// </summary>
public sealed record GroupNorm : Layer
{
    /// <summary>A layer whose gains are no scales.</summary>
    /// <param name="groups">Groups of equally many channels.</param>
    public GroupNorm(int groups)
        : this(groups, gainsAreScales: false) { }

    // Files from before there was a choice say nothing of it; the gains were scales then.
    [JsonConstructor]
    internal GroupNorm(int groups, bool gainsAreScales = true) => (Groups, GainsAreScales) = (groups, gainsAreScales);

    /// <summary>Groups of equally many channels.</summary>
    public int Groups { get; init; }

    /// <summary>
    /// Whether the gains are scales, as those of a BatchNorm are: taken by penalties and all other methods for scales,
    /// by criteria that judge by scales, and wherever scales are counted or shown; or left alone by all of them. <see
    /// cref="Network.WithGroupNormScales"/> sets it for a whole network.
    /// </summary>
    public bool GainsAreScales { get; init; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        Groups >= 1 && inputs[0].Channels % Groups == 0 && Epsilon > 0
            ? inputs[0]
            : throw new NetworkException(
                $"needs ε > 0 and groups that divide its {inputs[0].Channels} channels, not {Epsilon} and {Groups}"
            );

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) => 2 * inputs[0].Count;

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
        [
            new(
                "weight",
                GainsAreScales ? ParameterRole.Scale : ParameterRole.Gain,
                [inputs[0].Channels],
                new(BatchNorm.InitialScale)
            ),
            new("bias", ParameterRole.Shift, [inputs[0].Channels], InitialValue.Zero),
        ];

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Blocks(Groups);

    /// <inheritdoc/>
    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        new TokenFlow.Whole("a GroupNorm takes its statistics over all of them");

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        this with
        {
            Groups = output.Length / (shapes[0].Channels / Groups),
        };

    /// <inheritdoc/>
    public override double Constant(ReadOnlySpan<double> sources, Func<string, double> parameter) =>
        parameter("weight") == 0 ? parameter("bias") : double.NaN;

    /// <inheritdoc/>
    public override Layer WithChannels(int channels, int? groups = null) =>
        this with
        {
            Groups = groups ?? Math.Min(Groups, channels), // one channel is one group
        };

    /// <inheritdoc/>
    public override Layer WithGainsAsScales(bool areScales) => this with { GainsAreScales = areScales };

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
