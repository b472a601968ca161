using SlimSharp.Data;
using SlimSharp.Experiments;

namespace SlimSharp.Cli;

/// <summary>The sample of Fashion-MNIST that comes with SlimSharp, and the small VGG that is trained on it.</summary>
internal static class Sample
{
    /// <summary>What it is called where the path of images is asked for.</summary>
    internal const string Name = "sample";

    private const double Width = 0.25;

    /// <summary>
    /// The path of the sample for its name, unless something there is called so; any other path as it is.
    /// </summary>
    internal static string Resolve(string path) => path == Name && !Path.Exists(path) ? Data().Path : path;

    /// <summary>The images in the form in which that network takes them.</summary>
    internal static DataOptions Data(string? path = null) =>
        new() { Path = path ?? Path.Combine(Folder(), "fashion-mnist"), Pad = 32 };

    /// <summary>A training of VGG-16 at a quarter of its widths.</summary>
    internal static RunOptions Training(DataOptions data, int epochs, int threads, string device) =>
        new()
        {
            Command = "train",
            Model = "vgg16",
            Width = Width,
            Data = data,
            Training = new() { Epochs = epochs, Augmentation = new(2, true) },
            Threads = threads,
            Device = device,
        };

    // The sample lies beside the installed tool, or in the repository above wherever the program was built or is run.
    private static string Folder()
    {
        foreach (var start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                if (Directory.Exists(Path.Combine(at.FullName, "data", "fashion-mnist")))
                    return Path.Combine(at.FullName, "data");
            }
        }
        throw new DataException("The sample data/fashion-mnist is not here; run this inside SlimSharp's repository.");
    }
}
