using TorchSharp;

namespace SlimSharp.Models.Passes;

/// <summary>A whole network as one node of the framework's graph.</summary>
internal sealed class NetworkFunction : torch.autograd.MultiTensorFunction<NetworkFunction>
{
    private const string Key = "call";

    public override string Name => "network";

    /// <summary>Runs a pass as one differentiable function of <paramref name="parameters"/>; the caller disposes the values.</summary>
    internal static List<torch.Tensor> Apply(
        Pass pass,
        IReadOnlyCollection<string> wanted,
        IReadOnlyList<(string Name, torch.Tensor Tensor)> parameters
    ) => apply([new Call(pass, [.. wanted], [.. parameters.Select(p => p.Name)]), .. parameters.Select(p => p.Tensor)]);

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
        var given = call.Wanted.Zip(grad_outputs).Where(g => !g.Second.IsInvalid);
        var gradients = call.Pass.Backward(given);
        // The framework takes copies; these go with the caller's scope.
        foreach (var gradient in gradients.Values)
            torch.CurrentDisposeScope?.Attach(gradient);
        return [null!, .. call.Parameters.Select(name => gradients.GetValueOrDefault(name)!)];
    }

    private sealed record Call(Pass Pass, string[] Wanted, string[] Parameters);
}
