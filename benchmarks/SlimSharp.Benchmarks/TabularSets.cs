using SlimSharp.Linear;

namespace SlimSharp.Benchmarks;

/// <summary>The real tables beside the project.</summary>
internal static class TabularSets
{
    private static string Folder { get; } =
        Path.Combine(
            Environment.GetEnvironmentVariable("SLIMSHARP_DATA") is { Length: > 0 } given ? given : "../shared",
            "data",
            "tabular"
        );

    /// <summary>A sentence where they are not there; null if they are.</summary>
    internal static string? Missing =>
        Directory.Exists(Folder)
            ? null
            : $"The sets are not in '{Folder}'; set SLIMSHARP_DATA to the folder above data/tabular.";

    internal static LinearData Read(string name) => LibsvmFile.Read(Path.Combine(Folder, $"{name}.libsvm.gz"));
}
