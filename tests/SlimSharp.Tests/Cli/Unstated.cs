using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Cli;

/// <summary>Small networks for grey images of 28×28 as files that do not say how images are normalised.</summary>
internal static class Unstated
{
    /// <summary>Convolution, BatchNorm, ReLU, average, ten classes.</summary>
    internal static Network Classifier(int classes = 10, int channels = 1)
    {
        var b = new NetworkBuilder("small", new Shape(channels, 28, 28));
        var x = b.ConvBnRelu("stem", b.Input, 8);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", x), classes));
    }

    /// <summary>The same with an image as its output.</summary>
    internal static Network Segmenter()
    {
        var b = new NetworkBuilder("painter", new Shape(1, 28, 28));
        return b.Build(b.Convolution("paint", b.ConvBnRelu("stem", b.Input, 8), 10, 1));
    }

    /// <summary>The same with two vectors as outputs.</summary>
    internal static Network Twofold(int others = 10)
    {
        var b = new NetworkBuilder("twofold", new Shape(1, 28, 28));
        var x = b.GlobalAveragePool("pool", b.ConvBnRelu("stem", b.Input, 8));
        var (one, other) = (b.Linear("one", x, 10), b.Linear("other", x, others));
        return b.Build(one, other);
    }

    /// <summary>Writes a network with drawn weights.</summary>
    internal static string Write(string path, Network network, Normalization? normalization = null)
    {
        using var file = new SlimFile
        {
            Network = network,
            Weights = Initialization.Draw(network, 5),
            Normalization = normalization,
        };
        file.Save(path);
        return path;
    }
}
