using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// Puts what a function makes of a value in its place. Only without gradients: the framework's graph has those.
/// </summary>
internal sealed class TapOperation(string node) : Operation(node)
{
    internal override torch.Tensor Forward(Pass pass) => pass.Tap(Result);

    internal override void Backward(Pass pass, Gradient gradient) =>
        throw new NotSupportedException("A pass with taps is differentiated in the framework's graph.");
}
