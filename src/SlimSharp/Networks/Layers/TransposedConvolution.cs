namespace SlimSharp.Networks;

/// <summary>
/// Two-dimensional transposed convolution (as in PyTorch): the gradient of a convolution with respect to its input,
/// used to make images larger.
/// </summary>
/// <param name="Channels">Output channels.</param>
/// <param name="Kernel">The window.</param>
public sealed record TransposedConvolution(int Channels, Kernel Kernel) : Layer
{
    /// <summary>The distance of windows in the output.</summary>
    public Extent Stride { get; init; } = 1;

    /// <summary>Rows and columns cut off the output; opposite sides alike.</summary>
    public Padding Padding { get; init; }

    /// <summary>Rows and columns added below and to the right, less than the stride.</summary>
    public Extent OutputPadding { get; init; } = 0;

    /// <summary>The distance of the window's taps.</summary>
    public Extent Dilation { get; init; } = 1;

    /// <summary>Blocks of channels that do not see each other; as many as channels makes it depthwise.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether a bias is added.</summary>
    public bool Bias { get; init; }

    /// <inheritdoc/>
    public override Shape Output(IReadOnlyList<Shape> inputs)
    {
        if (!inputs[0].IsImage)
            throw new NetworkException($"needs an image, but its input is {inputs[0].InWords}");
        if (Channels < 1)
            throw new NetworkException($"has {Channels} output channels, but needs at least 1");
        if (!Padding.IsSymmetric)
            throw new NetworkException("needs the same padding on opposite sides");
        if (Groups < 1 || inputs[0].Channels % Groups != 0 || Channels % Groups != 0)
            throw new NetworkException(
                $"has {Groups} groups, which must divide its {inputs[0].Channels} input and {Channels} output channels"
            );
        return new(
            Channels,
            Size(inputs[0].Height, Stride.Height, Padding.Top, Dilation.Height, Kernel.Height, OutputPadding.Height),
            Size(inputs[0].Width, Stride.Width, Padding.Left, Dilation.Width, Kernel.Width, OutputPadding.Width)
        );
    }

    /// <inheritdoc/>
    public override long Macs(IReadOnlyList<Shape> inputs) =>
        checked(inputs[0].Count * Kernel.Area * (Channels / Groups));

    /// <inheritdoc/>
    public override int Uses(IReadOnlyList<Shape> inputs) => inputs[0].Area;

    /// <inheritdoc/>
    public override long PublishedFlops(IReadOnlyList<Shape> inputs) =>
        checked(2 * Macs(inputs) + (Bias ? Output(inputs).Count : 0));

    /// <inheritdoc/>
    public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs)
    {
        // Depthwise, both axes of channels follow the input's.
        var weight = new LayerParameter(
            "weight",
            ParameterRole.Weight,
            [inputs[0].Channels, Channels / Groups, Kernel.Height, Kernel.Width],
            InitialValue.Normal(Math.Sqrt(2.0 / (Kernel.Area * Channels))),
            OutputAxis: FollowsInput(inputs) ? null : 1,
            InputAxis: 0
        );
        return Bias ? [weight, new("bias", ParameterRole.Bias, [Channels], InitialValue.Zero)] : [weight];
    }

    /// <inheritdoc/>
    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs)
    {
        if (!FollowsInput(inputs))
            return new ChannelFlow.Own(Groups);
        var multiplier = Channels / Groups;
        return new ChannelFlow.Map([
            .. Enumerable.Range(0, Channels).Select(i => new ChannelSource(0, i / multiplier)),
        ]);
    }

    /// <inheritdoc/>
    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        this with
        {
            Channels = output.Length,
            Groups = FollowsInput(shapes) ? inputs[0].Length : Groups,
        };

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
    public override long Scratch(IReadOnlyList<Shape> inputs) =>
        checked((long)Channels / Groups * Kernel.Height * Kernel.Width * inputs[0].Area);

    /// <inheritdoc/>
    public override T Accept<T>(LayerVisitor<T> visitor) => visitor.Visit(this);

    private bool FollowsInput(IReadOnlyList<Shape> inputs) => Groups > 1 && Groups == inputs[0].Channels;

    private static int Size(int input, int stride, int padding, int dilation, int kernel, int extra)
    {
        if (stride < 1 || dilation < 1 || kernel < 1 || padding < 0)
            throw new NetworkException("needs kernel, stride and dilation of at least 1 and no negative padding");
        if (extra < 0 || extra >= Math.Max(stride, dilation))
            throw new NetworkException($"has an output padding of {extra}, which must be less than its stride");
        var size = checked((input - 1) * stride - 2 * padding + dilation * (kernel - 1) + extra + 1);
        return size > 0 ? size : throw new NetworkException($"leaves nothing of an input of {input}");
    }
}
