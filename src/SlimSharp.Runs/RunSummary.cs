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
)
{
    /// <summary>What of it cannot be read and why, as a sentence that names the file; null if all can.</summary>
    public string? Damage { get; init; }

    internal static string DamageOf(string file, Exception why) =>
        $"{file} is damaged ({why.Message.Split('\n')[0].TrimEnd('.')}).";
}
