using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A sum, whose gradient all terms share.</summary>
internal sealed class SumOperation(Node node) : Operation(node.Name)
{
    internal override torch.Tensor Forward(Pass pass)
    {
        var sum = pass.Value(node.Inputs[0]).add(pass.Value(node.Inputs[1]), Scalars.One);
        foreach (var term in node.Inputs.Skip(2))
            sum.add_(pass.Value(term), Scalars.One);
        return sum;
    }

    internal override void Backward(Pass pass, Gradient gradient)
    {
        foreach (var term in node.Inputs)
            pass.Give(term, gradient.Share());
        gradient.Release();
    }
}
