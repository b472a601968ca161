using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>
/// Tells before a network's backward half runs whether gradients are to be added up in the leaves, as <c>backward()</c>
/// does, or only some are asked for, as by <c>torch.autograd.grad</c>. It stands behind the network's outputs, with a
/// leaf of its own beside them. In the first case that leaf has a gradient by the time the network's turn comes, for
/// the framework serves leaves before all else; in the second nobody asks for it.
/// </summary>
internal sealed class AccumulationSign : torch.autograd.MultiTensorFunction<AccumulationSign>
{
    public override string Name => "sign";

    /// <summary>
    /// A leaf that is to get a gradient; it lives as long as the dispose scope around, if there is one.
    /// </summary>
    internal static torch.Tensor Leaf() => torch.zeros([], requires_grad: true);

    /// <summary>The outputs, with the leaf beside them; the given ones are disposed.</summary>
    internal static List<torch.Tensor> PutBehind(List<torch.Tensor> outputs, torch.Tensor leaf)
    {
        var marked = apply([leaf, .. outputs]);
        foreach (var output in outputs)
            output.Dispose();
        return marked;
    }

    /// <summary>
    /// True if the leaf got a gradient since this was asked last; false, too, if its scope has ended.
    /// </summary>
    internal static bool Take(torch.Tensor leaf)
    {
        if (leaf.IsInvalid)
            return false; // the graph adds up as well, with a copy
        using var gradient = leaf.grad;
        leaf.grad = null;
        return gradient is not null;
    }

    public override List<torch.Tensor> forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.set_materialize_grads(false);
        return [.. vars.Skip(1).Select(v => ((torch.Tensor)v).alias())];
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, List<torch.Tensor> grad_outputs) =>
        [torch.zeros([]), .. grad_outputs];
}
