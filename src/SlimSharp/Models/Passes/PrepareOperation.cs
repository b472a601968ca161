using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>Changes an input of the network before any layer reads it.</summary>
internal sealed class PrepareOperation(string input, Func<torch.Tensor, torch.Tensor> change) : Operation(input)
{
    internal override torch.Tensor Forward(Pass pass) => change(pass.Value(Result));

    internal override void Backward(Pass pass, Gradient gradient) => gradient.Release();
}
