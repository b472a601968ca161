using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Tests.Cli;

/// <summary>The smallest file with everything in it that a command may read.</summary>
internal static class Small
{
    /// <summary>A network of two small convolutions for images of 8×8, and what stands beside it.</summary>
    internal static void File(string path, Action<Weights>? change = null, int channels = 4)
    {
        var network = SlimSharp.Zoo.Vgg.Create("tiny", [channels, 0, 4], 3, new Shape(1, 8, 8));
        using var file = new SlimFile
        {
            Network = network,
            Weights = Initialization.Draw(network, 1),
            Normalization = new Normalization([0.5], [0.25]),
            Classes = ["a", "b", "c"],
            Provenance = new Dictionary<string, string> { ["command"] = "train", ["seed"] = "1" },
        };
        change?.Invoke(file.Weights);
        file.Save(path);
    }

    /// <summary>Images for it: 24 of training and 12 of test, drawn at random.</summary>
    internal static void Images(string folder)
    {
        var random = new Random(1);
        var shape = new Shape(1, 8, 8);
        ImageSet Set(int count)
        {
            var pixels = new byte[count * shape.Count];
            random.NextBytes(pixels);
            return new("small", shape, pixels, [.. Enumerable.Range(0, count).Select(i => i % 3)], ["a", "b", "c"]);
        }
        Idx.Write(folder, "train", Set(24));
        Idx.Write(folder, "t10k", Set(12));
    }
}
