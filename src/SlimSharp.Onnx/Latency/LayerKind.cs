using SlimSharp.Networks;

namespace SlimSharp.Onnx;

/// <summary>What layers have in common that differ in nothing but their widths: a layer that takes time, on images or vectors of one size.</summary>
/// <param name="Layer">The layer; its own number of channels is 1, and so are the groups of a depthwise convolution.</param>
/// <param name="Height">Rows that it reads; 0 where it reads a vector.</param>
/// <param name="Width">Columns that it reads; 0 where it reads a vector.</param>
/// <param name="Inputs">How many inputs, at most two.</param>
/// <param name="Depthwise">Whether it is a depthwise convolution.</param>
/// <param name="Then">The activation behind it, which runtimes compute in the same go; null if there is none.</param>
public sealed record LayerKind(
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
        var name = Layer switch
        {
            Convolution c =>
                $"{(Depthwise ? "depthwise " : c.Groups > 1 ? $"{c.Groups}-group " : "")}convolution {c.Kernel.Height}×{c.Kernel.Width}{(c.Stride == 1 ? "" : $"/{c.Stride.Height}")}",
            MaxPool p => $"max pooling {p.Kernel.Height}×{p.Kernel.Width}",
            AveragePool p => $"average pooling {p.Kernel.Height}×{p.Kernel.Width}",
            Activation a => $"{a.Function}",
            _ => Layer.GetType().Name,
        };
        return $"{name}{(Height == 0 ? "" : $" on {Height}×{Width}")}{(Then is null ? "" : $", {Then.Function}")}";
    }

    /// <summary>Whether it makes another number of channels than it reads.</summary>
    internal bool HasOwnWidth => Layer is Linear or TransposedConvolution or Convolution && !Depthwise;

    /// <summary>Of what both widths have to be multiples.</summary>
    internal int Multiple =>
        Depthwise ? 1
        : Layer is Convolution convolution ? convolution.Groups
        : Layer is TransposedConvolution transposed ? transposed.Groups
        : 1;

    /// <summary>
    /// A network with this layer, at these widths, between two others, so that it finds its input in the layout in which layers hand images to each other.
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
        var inputs = new string[Inputs];
        for (var i = 0; i < Inputs; i++)
        {
            // A concatenation's inputs share its width; pooling of single pixels keeps the layers apart.
            var share = Layer is Concat && Inputs == 2 ? (i == 0 ? reads - reads / 2 : reads / 2) : reads;
            inputs[i] = b.Node($"{Before}{i}", new Convolution(Math.Max(share, 1), 1) { Bias = true }, b.Input);
            if (!HasOwnWidth || Layer is not Convolution)
                inputs[i] = b.MaxPool($"{Before}{i}.pool", inputs[i], 1);
        }
        if (Layer is Multiply)
            inputs[1] = b.GlobalAveragePool($"{Before}1.mean", inputs[1]);
        var x = Put(b, inputs, reads, makes);
        if (Layer is not (GlobalAveragePool or Flatten))
            x = b.Node(After, new Convolution(LastChannels, 1) { Bias = true }, x);
        return b.Build(x);
    }

    private string Put(NetworkBuilder builder, string[] inputs, int reads, int makes)
    {
        Layer layer = Layer switch
        {
            Convolution convolution => convolution with
            {
                Channels = makes,
                Groups = Depthwise ? reads : convolution.Groups,
            },
            TransposedConvolution transposed => transposed with { Channels = makes },
            Linear linear => linear with { Channels = makes },
            _ => Layer,
        };
        var made = builder.Node("layer", layer, inputs);
        return Then is null ? made : builder.Node("then", Then, made);
    }
}
