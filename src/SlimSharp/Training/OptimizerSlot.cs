using TorchSharp;

namespace SlimSharp.Training;

/// <summary>What an optimiser works on: a parameter, its gradient, and what is remembered of it.</summary>
/// <param name="Parameter">Changed in place.</param>
/// <param name="Gradient">May be changed in place.</param>
/// <param name="Memory">Changed in place, one tensor per name of <see cref="ParameterRules.Memory"/>.</param>
/// <param name="Rules">The rules for it (<see cref="Optimizer.For"/>).</param>
public readonly record struct OptimizerSlot(
    torch.Tensor Parameter,
    torch.Tensor Gradient,
    torch.Tensor[] Memory,
    ParameterRules Rules
);
