using SlimSharp.Formats;

namespace SlimSharp.Cli;

/// <summary>Finds the .slim file that a path means: itself, or that of a run folder.</summary>
internal static class Files
{
    internal static string Resolve(string path, params string[] names)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new UsageException($"There is no file or run folder '{path}'.");
        return names.Select(n => Path.Combine(path, n)).FirstOrDefault(File.Exists)
            ?? throw new UsageException(
                File.Exists(Path.Combine(path, "last.slim"))
                    ? $"The run in '{path}' is not finished; go on with --resume {path}."
                    : $"The folder '{path}' holds no {string.Join(" or ", names)}."
            );
    }

    /// <summary>The trained model of a path.</summary>
    internal static string Trained(string path) => Resolve(path, "model.slim");

    internal static SlimFile Load(string path) => SlimFile.Load(Trained(path));
}
