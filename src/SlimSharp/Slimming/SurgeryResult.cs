using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>A cut network with the proof of its cut. Owns the model and the tensors.</summary>
/// <param name="Model">The small network with its weights.</param>
/// <param name="Certificate">The proof.</param>
/// <param name="Probe">The inputs on which function was checked.</param>
/// <param name="MaskedOutputs">What the masked original gave for them, in float64.</param>
/// <param name="Constants">What became of constants, in a sentence.</param>
public sealed record SurgeryResult(
    Model Model,
    Certificate Certificate,
    torch.Tensor Probe,
    torch.Tensor MaskedOutputs,
    string Constants
) : IDisposable
{
    internal NetworkCut Cut { get; init; } = null!; // whoever cuts sets both

    /// <summary>The plan that was carried out.</summary>
    public SlimmingPlan Plan { get; internal init; } = null!;

    /// <summary>
    /// What belongs to the cut network of tensors that stand beside the original's parameters, such as momentum: cut as
    /// these were, and zeros for parameters that the cut added or that are missing. The caller disposes them.
    /// </summary>
    /// <param name="beside">Tensors by the names and of the shapes of the original's parameters.</param>
    public Weights Carry(Weights beside)
    {
        using var all = new Weights();
        foreach (var (name, _, parameter) in Cut.Source.Parameters())
            all[name] = beside.Contains(name)
                ? beside[name].detach().clone()
                : torch.zeros([.. parameter.Sizes], torch.float32);
        using var sliced = Cut.Slice(all);
        var carried = new Weights();
        foreach (var (name, _, _) in Cut.Target.Parameters().Where(p => p.Parameter.IsTrained))
            carried[name] = sliced[name].clone();
        return carried;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        Probe.Dispose();
        MaskedOutputs.Dispose();
    }
}
