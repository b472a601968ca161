using SlimSharp.Objectives;

namespace SlimSharp.Training;

/// <summary>What a training reports while it runs.</summary>
/// <param name="Epoch">The epoch under way, from 0.</param>
/// <param name="Epochs">Of how many.</param>
/// <param name="Batch">Batches of it that are done.</param>
/// <param name="BatchCount">Of how many.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="Measures">What the objective measures, over the training samples of the epoch so far.</param>
/// <param name="Remaining">The time left at the pace of this session.</param>
/// <param name="Finished">What was measured, if an epoch has just ended.</param>
public sealed record TrainingProgress(
    int Epoch,
    int Epochs,
    int Batch,
    int BatchCount,
    double Loss,
    IReadOnlyList<MeasuredValue> Measures,
    TimeSpan Remaining,
    EpochMetrics? Finished
);
