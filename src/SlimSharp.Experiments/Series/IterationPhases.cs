namespace SlimSharp.Experiments;

/// <summary>
/// What is trained around the cuts of an iteration: for each place some trainings, one after another.
/// </summary>
public sealed record IterationPhases
{
    /// <summary>Before the first cut; none for a network that is cut as it is.</summary>
    public IReadOnlyList<TrainingPhase> Before { get; init; } = [];

    /// <summary>After every cut but the last.</summary>
    public required IReadOnlyList<TrainingPhase> Between { get; init; }

    /// <summary>After the last cut.</summary>
    public required IReadOnlyList<TrainingPhase> Last { get; init; }

    /// <summary>After every cut one training, as the options say.</summary>
    public static IterationPhases Of(RunOptions options)
    {
        TrainingPhase[] retrain =
        [
            new("retrain", options.Training.Epochs, options.Training.LearningRate, options.Regularizers ?? []),
        ];
        return new() { Between = retrain, Last = retrain };
    }

    /// <summary>What is trained after a cut.</summary>
    /// <param name="isLast">Whether that was the last.</param>
    public IReadOnlyList<TrainingPhase> After(bool isLast) => isLast ? Last : Between;

    /// <exception cref="ExperimentException">A list cannot be carried out.</exception>
    internal void Check()
    {
        if (Between.Count == 0 || Last.Count == 0)
            throw new ExperimentException(
                "IterationPhases.Between and IterationPhases.Last need one training at least: a network is retrained after each cut."
            );
        foreach (var phases in new[] { Before, Between, Last })
        {
            if (
                phases.Any(p => p.Name.Length == 0 || !p.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                || phases.Select(p => p.Name).Distinct().Count() < phases.Count
            )
                throw new ExperimentException(
                    $"The names of trainings in a row make folders and must be different words of letters, digits and hyphens, not {string.Join(", ", phases.Select(p => $"'{p.Name}'"))}."
                );
        }
    }
}
