using SlimSharp.Networks;
using SlimSharp.Slimming;

namespace SlimSharp.Experiments;

/// <summary>One of several plans, tried.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Cost">What its network costs.</param>
/// <param name="Cut">Accuracy of the cut network on validation images, in [0, 1].</param>
/// <param name="Recalibrated">The same with BatchNorm statistics of its own.</param>
public sealed record CutCandidate(SlimmingPlan Plan, NetworkCost Cost, double Cut, double Recalibrated);
