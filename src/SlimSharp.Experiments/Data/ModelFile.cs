using SlimSharp.Formats;

namespace SlimSharp.Experiments;

/// <summary>Finds the .slim file that a path means: itself, or that of a run folder.</summary>
public static class ModelFile
{
    /// <summary>The file itself, or the first of these names that the folder holds.</summary>
    /// <exception cref="ExperimentException">There is neither.</exception>
    public static string Resolve(string path, params string[] names)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new ExperimentException($"There is no file or run folder '{path}'.");
        return names.Select(n => Path.Combine(path, n)).FirstOrDefault(File.Exists)
            ?? throw new ExperimentException(
                File.Exists(Path.Combine(path, "last.slim"))
                    ? $"The run in '{path}' is not finished; go on with TrainingRun.Open(\"{path}\")."
                    : $"The folder '{path}' holds no {string.Join(" or ", names)}."
            );
    }

    /// <summary>The path of the trained model: itself, or that of a run folder.</summary>
    /// <exception cref="ExperimentException">There is none.</exception>
    public static string Trained(string path) => Resolve(path, "model.slim");

    /// <summary>That model; the caller disposes it.</summary>
    public static SlimFile Load(string path) => SlimFile.Load(Trained(path));

    /// <summary>That a file does not say how images are normalised, and how to say it.</summary>
    public static string NoNormalization(string path) =>
        $"{path} does not say how images are normalised before the network sees them. Give "
        + $"{nameof(RunOptions)}.{nameof(RunOptions.Normalization)}.";
}
