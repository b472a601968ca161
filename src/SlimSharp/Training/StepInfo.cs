namespace SlimSharp.Training;

/// <summary>Where a training step stands.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Step">Within the epoch, from 0.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="EffectiveStep">
/// The step that a proximal operator needs so that its fixed points are those of loss + λJ: learning rate/(1 −
/// momentum).
/// </param>
/// <param name="Progress">The share of the training that is done, in [0, 1).</param>
/// <param name="IsLastOfEpoch">True for the last step of an epoch.</param>
public readonly record struct StepInfo(
    int Epoch,
    int Step,
    double LearningRate,
    double EffectiveStep,
    double Progress = 0,
    bool IsLastOfEpoch = false
)
{
    /// <summary>
    /// The optimiser, whose rules may be for some parameters and not for others; null where there is none to ask.
    /// </summary>
    public Optimizer? Optimizer { get; init; }
}
