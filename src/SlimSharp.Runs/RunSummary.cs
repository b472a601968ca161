namespace SlimSharp.Runs;

/// <summary>A run as it is listed.</summary>
/// <param name="Folder">Where it is.</param>
/// <param name="Settings">Its options, with dots between levels, as in training.seed.</param>
/// <param name="Record">What came of it; null in folders without one.</param>
/// <param name="IsFinished">Whether its model is there.</param>
public sealed record RunSummary(
    string Folder,
    IReadOnlyDictionary<string, string> Settings,
    RunRecord? Record,
    bool IsFinished
);
