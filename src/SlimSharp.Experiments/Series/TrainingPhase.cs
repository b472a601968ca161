using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>
/// Some epochs with a learning rate and regularisers of their own: one of several trainings in a row.
/// </summary>
/// <param name="Name">What it does, in a word; its folder is called by it.</param>
/// <param name="Epochs">How many epochs.</param>
/// <param name="LearningRate">The learning rate over them.</param>
/// <param name="Regularizers">The text forms of what takes part; empty for nothing.</param>
public sealed record TrainingPhase(
    string Name,
    int Epochs,
    LearningRate LearningRate,
    IReadOnlyList<string> Regularizers
)
{
    /// <summary>These options but for what the phase has of its own.</summary>
    public RunOptions Of(RunOptions options) =>
        options with
        {
            Training = options.Training with { Epochs = Epochs, LearningRate = LearningRate },
            Regularizers = RunOptions.Canonical(Regularizers),
        };
}
