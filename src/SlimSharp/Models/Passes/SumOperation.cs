using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A sum, whose gradient all terms share.</summary>
/// <param name="node">The sum.</param>
/// <param name="into">The term that may be written over, or null.</param>
internal sealed class SumOperation(Node node, string? into) : Operation(node.Name)
{
    internal override torch.Tensor Forward(Pass pass)
    {
        if (into is not null)
        {
            var target = pass.Value(into).alias();
            foreach (var term in node.Inputs.Where(i => i != into))
                target.add_(pass.Value(term), Scalars.One);
            return target;
        }
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
