namespace SlimSharp.Networks;

/// <summary>Two-dimensional convolution (cross-correlation, as in PyTorch), with zero padding.</summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">The window.</param>
public sealed record Convolution(int Channels, Kernel Kernel) : Layer
{
    /// <summary>The window's steps.</summary>
    public Extent Stride { get; init; } = 1;

    /// <summary>Zeros around the input; the sides may differ.</summary>
    public Padding Padding { get; init; }

    /// <summary>The distance of the window's taps.</summary>
    public Extent Dilation { get; init; } = 1;

    /// <summary>Blocks of channels that do not see each other; as many as input channels makes it depthwise.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether a bias is added.</summary>
    public bool Bias { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        var (height, width) = Window.Slide(inputs[0], Kernel, Stride, Padding, Dilation);
        if (Channels < 1)
            throw new NetworkException($"has {Channels} output channels, but needs at least 1");
        if (Groups < 1 || inputs[0].Channels % Groups != 0 || Channels % Groups != 0)
            throw new NetworkException(
                $"has {Groups} groups, which must divide its {inputs[0].Channels} input and {Channels} output channels"
            );
        return new(Channels, height, width);
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<Shape> inputs) =>
        checked(Output(inputs).Count * Kernel.Area * (inputs[0].Channels / Groups));

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) =>
        checked(2 * Macs(inputs) + (Bias ? Output(inputs).Count : 0));

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs)
    {
        var perGroup = inputs[0].Channels / Groups;
        var weight = new LayerParameter(
            "weight",
            ParameterRole.Weight,
            [Channels, perGroup, Kernel.Height, Kernel.Width],
            InitialValue.Normal(Math.Sqrt(2.0 / (Kernel.Area * Channels))),
            OutputAxis: 0,
            InputAxis: IsDepthwise(inputs) ? null : 1
        );
        return Bias ? [weight, new("bias", ParameterRole.Bias, [Channels], InitialValue.Zero)] : [weight];
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs)
    {
        if (!IsDepthwise(inputs))
            return new ChannelFlow.Own(Groups);
        var multiplier = Channels / Groups;
        return new ChannelFlow.Map([
            .. Enumerable.Range(0, Channels).Select(i => new ChannelSource(0, i / multiplier)),
        ]);
    }

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        // Depthwise: one group per remaining input channel. Otherwise every group loses the same places.
        this with
        {
            Channels = output.Length,
            Groups = IsDepthwise(shapes) ? inputs[0].Length : Groups,
        };

    /// <inheritdoc/>
    public override LayerTraits Traits() => new() { SeesBorder = !Padding.IsNone, FeedsItsNorm = true };

    /// <inheritdoc/>
    public override string Title() =>
        $"{(Groups > 1 ? $"{Groups}-group " : "")}convolution {Kernel}{(Stride == 1 ? "" : $"/{Stride.Height}")}";

    /// <inheritdoc/>
    public override Layer? WithBias() => this with { Bias = true };

    /// <inheritdoc/>
    public override bool HasBias() => Bias;

    /// <inheritdoc/>
    public override Layer WithChannels(int channels, int? groups = null) =>
        this with
        {
            Channels = channels,
            Groups = groups ?? Groups,
        };

    /// <inheritdoc/>
    public override int ChannelMultiple() => Groups;

    /// <inheritdoc/>
    public override bool IsDepthwise(IReadOnlyList<Shape> inputs) => Groups > 1 && Groups == inputs[0].Channels;

    /// <inheritdoc/>
    public override double[]? Contribution(IReadOnlyList<Shape> inputs, double[] constants, double[] weight) =>
        Groups == 1 ? WeightedSum.Of(constants, weight, Channels) : null;

    /// <inheritdoc/>
    public override IntegerUse Integers(IReadOnlyList<Shape> inputs) => IntegerUse.Weights;

    /// <inheritdoc/>
    public override long Scratch(IReadOnlyList<Shape> inputs) =>
        checked((long)inputs[0].Channels / Groups * Kernel.Height * Kernel.Width * Output(inputs).Area);

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);
}
