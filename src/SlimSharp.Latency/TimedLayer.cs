using System.Text.Json.Serialization;
using SlimSharp.Networks;

namespace SlimSharp.Latency;

/// <summary>
/// What layers have in common that differ in nothing but their widths: a layer that takes time, on images, sequences
/// or vectors of one size.
/// </summary>
/// <param name="Layer">
/// The layer; its own number of channels is 1, and so are the groups of a depthwise convolution.
/// </param>
/// <param name="Height">Rows that it reads; 0 where it reads no image.</param>
/// <param name="Width">Columns that it reads; 0 where it reads no image.</param>
/// <param name="Inputs">How many inputs, at most two.</param>
/// <param name="Depthwise">Whether it is a depthwise convolution.</param>
/// <param name="Then">The activation behind it, which runtimes compute in the same go; null if there is none.</param>
/// <param name="Tokens">Tokens that it reads; 0 where it reads no sequence.</param>
public sealed record TimedLayer(
    Layer Layer,
    int Height,
    int Width,
    int Inputs = 1,
    bool Depthwise = false,
    Activation? Then = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Tokens = 0
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
        var positions =
            Tokens > 0 ? $" on {Tokens} tokens"
            : Height > 0 ? $" on {Height}×{Width}"
            : "";
        return $"{name}{positions}{(Then is null ? "" : $", {Then.Function}")}";
    }

    /// <summary>Whether it makes another number of channels than it reads.</summary>
    internal bool HasOwnWidth => !Depthwise && Layer.WithChannels(2) != Layer;

    /// <summary>Of what both widths have to be multiples.</summary>
    internal int Multiple => Depthwise ? 1 : Layer.ChannelMultiple();

    /// <summary>
    /// A network with this layer, at these widths, between two others, so that it finds its input in the layout in
    /// which layers hand values to each other.
    /// </summary>
    internal Network Probe(int reads, int makes)
    {
        if (Read(reads).IsVector)
        {
            var vector = new NetworkBuilder("layer", Read(reads));
            var values = Enumerable.Repeat(vector.Input, Inputs).ToArray();
            return vector.Build(Put(vector, values, reads, makes));
        }
        var b = new NetworkBuilder("layer", Read(PixelChannels));
        var shape = Read(reads);
        var inputs = new string[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            // A concatenation's inputs share its width.
            var share =
                Layer.Traits().IsConcatenation && Inputs == 2 ? (i == 0 ? reads - reads / 2 : reads / 2) : reads;
            inputs[i] = Tokens > 0 ? OfTokens(b, i, Math.Max(share, 1)) : OfPixels(b, i, Math.Max(share, 1));
        }
        if (Inputs == 2 && Layer.Beside(shape).IsVector)
            inputs[1] = b.GlobalAveragePool($"{Before}1.mean", inputs[1]);
        var x = Put(b, inputs, reads, makes);
        var made = Wide(reads, makes).Output([shape, Layer.Beside(shape)]);
        if (made.IsImage)
            x = b.Node(After, new Convolution(LastChannels, 1) { Bias = true }, x);
        if (made.IsSequence)
            x = b.Node(After, new Linear(LastChannels) { Bias = false }, x);
        return b.Build(x);
    }

    private Shape Read(int channels) => new(channels, Height, Width, Tokens);

    // Pooling of single pixels keeps what is not computed as a convolution apart from the one in front.
    private string OfPixels(NetworkBuilder builder, int input, int channels)
    {
        var x = builder.Node($"{Before}{input}", new Convolution(channels, 1) { Bias = true }, builder.Input);
        return HasOwnWidth && Layer.Integers([Read(channels)]) == IntegerUse.Weights
            ? x
            : builder.MaxPool($"{Before}{input}.pool", x, 1);
    }

    // A product of matrices takes in what is added to it, but nothing behind a function.
    private static string OfTokens(NetworkBuilder builder, int input, int channels)
    {
        var x = builder.Node($"{Before}{input}", new Linear(channels) { Bias = false }, builder.Input);
        return builder.Activation($"{Before}{input}.tanh", x, ActivationFunction.Tanh);
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
