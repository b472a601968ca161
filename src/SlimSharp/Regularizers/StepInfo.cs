namespace SlimSharp.Regularizers;

/// <summary>Where a training step stands.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Step">Within the epoch, from 0.</param>
/// <param name="LearningRate">Of this step.</param>
/// <param name="EffectiveStep">
/// The step that a proximal operator needs so that its fixed points are those of loss + λJ: learning rate/(1 − momentum).
/// </param>
public readonly record struct StepInfo(int Epoch, int Step, double LearningRate, double EffectiveStep);
