using TorchSharp;

namespace SlimSharp.Training;

/// <summary>What a rule works on: a parameter, its gradient, and what the rule remembers of it.</summary>
/// <param name="Parameter">Changed in place.</param>
/// <param name="Gradient">May be changed in place.</param>
/// <param name="Memory">Changed in place, one tensor per name of <see cref="Optimizer.Memory"/>.</param>
/// <param name="Decays">Whether the rule's weight decay acts on it.</param>
public readonly record struct OptimizerSlot(
    torch.Tensor Parameter,
    torch.Tensor Gradient,
    torch.Tensor[] Memory,
    bool Decays = true
);
