using SlimSharp.Networks;

namespace SlimSharp.Latency;

/// <summary>
/// What layers have in common that differ in nothing but their widths: a layer that takes time, on images or vectors of
/// one size.
/// </summary>
/// <param name="Layer">
/// The layer; its own number of channels is 1, and so are the groups of a depthwise convolution.
/// </param>
/// <param name="Height">Rows that it reads; 0 where it reads a vector.</param>
/// <param name="Width">Columns that it reads; 0 where it reads a vector.</param>
/// <param name="Inputs">How many inputs, at most two.</param>
/// <param name="Depthwise">Whether it is a depthwise convolution.</param>
/// <param name="Then">The activation behind it, which runtimes compute in the same go; null if there is none.</param>
public sealed record TimedLayer(
    Layer Layer,
    int Height,
    int Width,
    int Inputs = 1,
    bool Depthwise = false,
    Activation? Then = null
)
{
    internal const string Before = "before";
    internal const string After = "after";
    private const int PixelChannels = 4;
    internal const int LastChannels = 8;

    /// <summary>The kind in words, as in "convolution 3×3 on 32×32, Relu".</summary>
    public override string ToString()
    {
        var name = $"{(Depthwise ? "depthwise " : "")}{Layer.Title()}";
        return $"{name}{(Height == 0 ? "" : $" on {Height}×{Width}")}{(Then is null ? "" : $", {Then.Function}")}";
    }

    /// <summary>Whether it makes another number of channels than it reads.</summary>
    internal bool HasOwnWidth => !Depthwise && Layer.WithChannels(2) != Layer;

    /// <summary>Of what both widths have to be multiples.</summary>
    internal int Multiple => Depthwise ? 1 : Layer.ChannelMultiple();

    /// <summary>
    /// A network with this layer, at these widths, between two others, so that it finds its input in the layout in
    /// which layers hand images to each other.
    /// </summary>
    internal Network Probe(int reads, int makes)
    {
        if (Height == 0)
        {
            var vector = new NetworkBuilder("layer", new Shape(reads));
            var values = Enumerable.Repeat(vector.Input, Inputs).ToArray();
            return vector.Build(Put(vector, values, reads, makes));
        }
        var b = new NetworkBuilder("layer", new Shape(PixelChannels, Height, Width));
        var shape = new Shape(reads, Height, Width);
        var inputs = new string[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            // A concatenation's inputs share its width; pooling of single pixels keeps the layers apart.
            var share =
                Layer.Traits().IsConcatenation && Inputs == 2 ? (i == 0 ? reads - reads / 2 : reads / 2) : reads;
            inputs[i] = b.Node($"{Before}{i}", new Convolution(Math.Max(share, 1), 1) { Bias = true }, b.Input);
            if (!HasOwnWidth || Layer.Integers([shape]) != IntegerUse.Weights)
                inputs[i] = b.MaxPool($"{Before}{i}.pool", inputs[i], 1);
        }
        if (Inputs == 2 && !Layer.Beside(shape).IsImage)
            inputs[1] = b.GlobalAveragePool($"{Before}1.mean", inputs[1]);
        var x = Put(b, inputs, reads, makes);
        if (Wide(reads, makes).Output([shape, Layer.Beside(shape)]).IsImage)
            x = b.Node(After, new Convolution(LastChannels, 1) { Bias = true }, x);
        return b.Build(x);
    }

    private Layer Wide(int reads, int makes) =>
        HasOwnWidth || Depthwise ? Layer.WithChannels(makes, Depthwise ? reads : null) : Layer;

    private string Put(NetworkBuilder builder, string[] inputs, int reads, int makes)
    {
        var layer = Wide(reads, makes);
        var made = builder.Node("layer", layer, inputs);
        return Then is null ? made : builder.Node("then", Then, made);
    }
}
