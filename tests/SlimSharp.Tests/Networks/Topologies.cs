using SlimSharp.Networks;
using SlimSharp.Zoo;

namespace SlimSharp.Tests.Networks;

/// <summary>Small networks, one for each way in which channels can be coupled. Tests walk the list.</summary>
internal static class Topologies
{
    internal static IReadOnlyDictionary<string, Network> All { get; } =
        new[]
        {
            Vgg.Create("chain", [8, 8, 0, 12, 12]),
            Residual(),
            Dense(),
            Depthwise(),
            Grouped(),
            Excitation(),
            Shuffle(),
            FlattenedImage(),
            Awkward(),
            ZeroPadded(),
            Decoder(),
            Normed(),
            Factors(),
            SharedLayers(),
            TwoOutputs(),
            TwoInputs(),
        }.ToDictionary(n => n.Name);

    /// <summary>Two blocks over a trunk of one width; the stem and both second convolutions are one group.</summary>
    internal static Network Residual()
    {
        var b = new NetworkBuilder("residual", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 10);
        foreach (var i in new[] { 1, 2 })
        {
            var y = b.ConvBnRelu($"block{i}.a", x, 6);
            y = b.BatchNorm($"block{i}.b.bn", b.Convolution($"block{i}.b.conv", y, 10));
            x = b.Activation($"block{i}.relu", b.Add($"block{i}.add", x, y));
        }
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>Pre-activation layers whose inputs are all earlier outputs.</summary>
    internal static Network Dense()
    {
        var b = new NetworkBuilder("dense", new Shape(3, 12, 12));
        var x = b.Convolution("stem", b.Input, 8);
        foreach (var i in new[] { 1, 2, 3 })
        {
            var y = b.Activation($"layer{i}.relu", b.BatchNorm($"layer{i}.bn", x));
            x = b.Concat($"layer{i}.concat", x, b.Convolution($"layer{i}.conv", y, 4));
        }
        x = b.Activation("last.relu", b.BatchNorm("last.bn", x));
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>Separable convolutions, one with two outputs per input channel.</summary>
    internal static Network Depthwise()
    {
        var b = new NetworkBuilder("depthwise", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 6);
        x = b.ConvBnRelu("depth1", x, 6, groups: 6);
        x = b.ConvBnRelu("point1", x, 8, kernel: 1);
        x = b.ConvBnRelu("depth2", x, 16, stride: 2, groups: 8);
        x = b.ConvBnRelu("point2", x, 10, kernel: 1);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>A convolution of three groups.</summary>
    internal static Network Grouped()
    {
        var b = new NetworkBuilder("grouped", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 12);
        x = b.ConvBnRelu("grouped", x, 15, groups: 3);
        x = b.ConvBnRelu("point", x, 8, kernel: 1);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>Squeeze-and-excitation: a factor per channel, with a sigmoid, for which f(0) ≠ 0.</summary>
    internal static Network Excitation()
    {
        var b = new NetworkBuilder("excitation", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 10);
        var s = b.Activation("squeeze.relu", b.Linear("squeeze", b.GlobalAveragePool("squeeze.pool", x), 4));
        s = b.Activation("excite.sigmoid", b.Linear("excite", s, 10), ActivationFunction.Sigmoid);
        x = b.ConvBnRelu("after", b.Multiply("scale", x, s), 8);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>Split, one half through a layer, concatenation, shuffle.</summary>
    internal static Network Shuffle()
    {
        var b = new NetworkBuilder("shuffle", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 8);
        var left = b.Select("left", x, 0, 1, 2, 3);
        var right = b.ConvBnRelu("right", b.Select("split", x, 4, 5, 6, 7), 6);
        x = b.Concat("joined", left, right);
        x = b.Select("shuffle", x, 0, 5, 1, 6, 2, 7, 3, 8, 4, 9);
        x = b.ConvBnRelu("after", x, 6);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>An image of 4×3 positions flattened into a linear layer with BatchNorm behind it.</summary>
    internal static Network FlattenedImage()
    {
        var b = new NetworkBuilder("flattened", new Shape(1, 8, 6));
        var x = b.MaxPool("pool", b.ConvBnRelu("conv", b.Input, 6));
        x = b.Linear("hidden", b.Flatten("flatten", x), 9);
        x = b.Activation("hidden.relu", b.BatchNorm("hidden.bn", x));
        return b.Build(b.Linear("classifier", b.Dropout("dropout", x, 0.3), 5));
    }

    /// <summary>
    /// Uneven padding, dilation, rectangular kernels, ceil pooling, every activation, shifts, a width of one.
    /// </summary>
    internal static Network Awkward()
    {
        var b = new NetworkBuilder("awkward", new Shape(3, 15, 13));
        var x = b.Node(
            "conv1",
            new Convolution(7, new Kernel(3, 2))
            {
                Padding = new(0, 1, 2, 1),
                Stride = new(2, 1),
                Bias = true,
            },
            b.Input
        );
        x = b.Activation("act1", b.BatchNorm("bn1", x), ActivationFunction.HardSwish);
        x = b.Node(
            "pool1",
            new MaxPool(3)
            {
                Stride = 2,
                Padding = 1,
                Ceil = true,
            },
            x
        );
        x = b.Node("conv2", new Convolution(1, 3) { Padding = 2, Dilation = 2 }, x);
        x = b.Activation("act2", b.BatchNorm("bn2", x), ActivationFunction.Silu);
        x = b.Node("conv3", new Convolution(9, 2), x);
        x = b.Shift("shift", b.Activation("act3", b.BatchNorm("bn3", x), ActivationFunction.LeakyRelu));
        x = b.Node("pool2", new AveragePool(new Kernel(2, 1)) { Stride = 1, Padding = new(1, 0, 1, 0) }, x);
        x = b.Activation("act4", b.Convolution("conv4", x, 6, kernel: 1, padding: 0), ActivationFunction.Tanh);
        x = b.Activation("act5", b.BatchNorm("bn4", x), ActivationFunction.HardSigmoid);
        x = b.Activation("act6", b.BatchNorm("bn5", x), ActivationFunction.Relu6);
        return b.Build(b.Linear("classifier", b.Flatten("flatten", x), 5));
    }

    /// <summary>A shortcut whose missing channels are zeros on both sides, in front of a sum.</summary>
    internal static Network ZeroPadded()
    {
        var b = new NetworkBuilder("zeroPadded", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 4);
        var y = b.BatchNorm("wide.bn", b.Convolution("wide.conv", x, 8, stride: 2));
        var every = b.Node("subsample", new AveragePool(1) { Stride = 2 }, x);
        x = b.Add("add", y, b.Select("pad", every, Select.Zero, Select.Zero, 0, 1, 2, 3, Select.Zero, Select.Zero));
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", b.ConvBnRelu("last", x, 6)), 5));
    }

    /// <summary>
    /// Smaller and larger again: transposed convolutions, in groups and depthwise too, enlargement, trained slopes.
    /// </summary>
    internal static Network Decoder()
    {
        var b = new NetworkBuilder("decoder", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 8, stride: 2);
        x = b.Node(
            "up1",
            new TransposedConvolution(10, 3)
            {
                Stride = 2,
                Padding = 1,
                OutputPadding = 1,
                Bias = true,
            },
            x
        );
        x = b.Node("slope1", new PRelu(), b.BatchNorm("bn1", x));
        x = b.Node("up2", new TransposedConvolution(6, 2) { Groups = 2 }, x);
        x = b.Node("slope2", new PRelu { Shared = true }, b.BatchNorm("bn2", x));
        x = b.Node("up3", new TransposedConvolution(12, new Kernel(2, 3)) { Groups = 6, Stride = new(1, 2) }, x);
        x = b.Node("larger", new Upsample(new Extent(2, 1)) { Bilinear = true }, b.BatchNorm("bn3", x));
        x = b.ConvBnRelu("last", b.Node("larger2", new Upsample(2), x), 5, stride: 4);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), 5));
    }

    /// <summary>Statistics over groups of channels, which fall together, and over all channels, which stay.</summary>
    internal static Network Normed()
    {
        var b = new NetworkBuilder("normed", new Shape(3, 12, 12));
        var x = b.Node("group", new GroupNorm(4) { GainsAreScales = true }, b.Convolution("conv1", b.Input, 12));
        x = b.Node("layer", new LayerNorm(), b.Convolution("conv2", b.Activation("relu1", x), 8));
        x = b.ConvBnRelu("conv3", b.Activation("relu2", x, ActivationFunction.Silu), 6);
        x = b.Node("layer2", new LayerNorm(), b.Linear("hidden", b.GlobalAveragePool("pool", x), 7));
        return b.Build(b.Linear("classifier", x, 5));
    }

    /// <summary>Fixed factors: of the input, of what is added to a trunk, of a vector.</summary>
    internal static Network Factors()
    {
        var b = new NetworkBuilder("factors", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Shift("centred", b.Factor("scaled", b.Input)), 8);
        var y = b.BatchNorm("block.bn", b.Convolution("block.conv", b.ConvBnRelu("block.a", x, 6), 8));
        x = b.Activation("block.relu", b.Add("block.add", x, b.Factor("block.share", y)));
        x = b.Factor("mean.scaled", b.GlobalAveragePool("pool", x));
        return b.Build(b.Factor("temperature", b.Linear("classifier", x, 5)));
    }

    /// <summary>One convolution and its BatchNorm twice in a row, and a head on two scales.</summary>
    internal static Network SharedLayers()
    {
        var b = new NetworkBuilder("shared", new Shape(3, 12, 12));
        var x = b.ConvBnRelu("stem", b.Input, 8);
        x = b.ConvBnRelu("twice", x, 8);
        x = b.Activation("again.relu", b.Again("again.bn", "twice.bn", b.Again("again.conv", "twice.conv", x)));
        var fine = b.ConvBnRelu("head", x, 6);
        var coarse = b.Again("coarse.conv", "head.conv", b.MaxPool("coarse.pool", x));
        coarse = b.Activation("coarse.relu", b.BatchNorm("coarse.bn", coarse));
        x = b.Concat("both", b.GlobalAveragePool("fine.mean", fine), b.GlobalAveragePool("coarse.mean", coarse));
        return b.Build(b.Linear("classifier", x, 5));
    }

    /// <summary>Policy and value from one trunk.</summary>
    internal static Network TwoOutputs()
    {
        var b = new NetworkBuilder("twoOutputs", new Shape(3, 12, 12));
        var x = b.GlobalAveragePool("pool", b.ConvBnRelu("conv2", b.ConvBnRelu("conv1", b.Input, 8), 8));
        return b.Build(b.Linear("policy", x, 4), b.Linear("value", x, 1));
    }

    /// <summary>An image and a vector.</summary>
    internal static Network TwoInputs()
    {
        var b = new NetworkBuilder("twoInputs", new Shape(3, 12, 12));
        var other = b.Node("vector", new Input(new Shape(4)));
        var x = b.GlobalAveragePool("pool", b.ConvBnRelu("conv", b.Input, 8));
        x = b.Concat("both", x, other);
        return b.Build(b.Linear("classifier", x, 5));
    }
}
