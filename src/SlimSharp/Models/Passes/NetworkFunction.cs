using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A whole network as one node of the framework's graph.</summary>
internal sealed class NetworkFunction : torch.autograd.MultiTensorFunction<NetworkFunction>
{
    private const string Key = "call";

    public override string Name => "network";

    /// <summary>
    /// Runs a pass as one differentiable function of <paramref name="parameters"/>; the caller disposes the values. A parameter's gradient is put
    /// where an optimiser looks for it, without the copy that the framework would make; that of a tensor computed from others goes on through the graph.
    /// </summary>
    internal static List<torch.Tensor> Apply(
        Pass pass,
        IReadOnlyCollection<string> wanted,
        IReadOnlyList<(string Name, torch.Tensor Tensor)> parameters
    ) => apply([new Call(pass, [.. wanted], parameters), .. parameters.Select(p => p.Tensor)]);

    public override List<torch.Tensor> forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (Call)vars[0];
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, call);
        return call.Pass.Forward(call.Wanted);
    }

    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, List<torch.Tensor> grad_outputs)
    {
        var call = (Call)ctx.get_data(Key);
        var gradients = call.Pass.Backward(call.Wanted.Zip(grad_outputs).Where(g => !g.Second.IsInvalid));
        return [null!, .. call.Parameters.Select(p => HandOn(p.Tensor, gradients.GetValueOrDefault(p.Name))!)];
    }

    private static torch.Tensor? HandOn(torch.Tensor parameter, torch.Tensor? gradient)
    {
        if (gradient is null)
            return null;
        if (!parameter.is_leaf)
        {
            torch.CurrentDisposeScope?.Attach(gradient); // the framework takes a copy
            return gradient;
        }
        using (gradient)
        {
            using var before = parameter.grad;
            if (before is null)
                parameter.grad = gradient.is_contiguous() ? gradient : gradient.contiguous();
            else
                before.add_(gradient, Scalars.One);
        }
        return null;
    }

    private sealed record Call(
        Pass Pass,
        string[] Wanted,
        IReadOnlyList<(string Name, torch.Tensor Tensor)> Parameters
    );
}
