using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A whole network as one node of the framework's graph.</summary>
internal sealed class NetworkFunction : torch.autograd.MultiTensorFunction<NetworkFunction>
{
    private const string Key = "call";

    public override string Name => "network";

    /// <summary>
    /// Runs a call as one differentiable function of its parameters; the caller disposes the values. In
    /// <c>backward()</c> the gradient of a model's own parameter is put where an optimiser looks for it, without the
    /// copy that the framework would make; all others, and whatever <c>torch.autograd.grad</c> asks for, go on through
    /// the graph.
    /// </summary>
    internal static List<torch.Tensor> Apply(NetworkCall call)
    {
        var values = apply([call, .. call.Parameters.Select(p => p.Tensor)]);
        return values.Any(v => v.requires_grad) ? AccumulationSign.PutBehind(values, call.Sign) : values;
    }

    public override List<torch.Tensor> forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (NetworkCall)vars[0];
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, call);
        ctx.save_for_backward(call.Saved());
        return call.Pass.Forward(call.Wanted);
    }

    // An exception that leaves this ends the process: the framework's own code lies between here and who called.
    public override List<torch.Tensor> backward(torch.autograd.AutogradContext ctx, List<torch.Tensor> grad_outputs)
    {
        var call = (NetworkCall)ctx.get_data(Key);
        (string Name, torch.Tensor Gradient)[] given =
        [
            .. call.Wanted.Zip(grad_outputs).Where(g => !g.Second.IsInvalid),
        ];
        var differentiable = torch.is_grad_enabled();
        var adds = AccumulationSign.Take(call.Sign) && !differentiable;
        var gradients =
            differentiable || call.Pass.IsDone
                ? call.Again(given, ctx.get_saved_variables(), differentiable)
                : call.Pass.Backward(given);
        return [null!, .. call.Parameters.Select(p => HandOn(p, gradients.GetValueOrDefault(p.Name), adds)!)];
    }

    private static torch.Tensor? HandOn(NetworkCall.Parameter parameter, torch.Tensor? gradient, bool adds)
    {
        if (gradient is null)
            return null;
        if (!adds || !parameter.TakesGradient || parameter.Tensor.IsInvalid)
        {
            torch.CurrentDisposeScope?.Attach(gradient); // the framework keeps it, or a copy
            return gradient;
        }
        using (gradient)
        {
            using var before = parameter.Tensor.grad;
            if (before is null)
                parameter.Tensor.grad = gradient.is_contiguous() ? gradient : gradient.contiguous();
            else
                before.add_(gradient, Scalars.One);
        }
        return null;
    }
}
