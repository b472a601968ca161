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
    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        Probe.Dispose();
        MaskedOutputs.Dispose();
    }
}
