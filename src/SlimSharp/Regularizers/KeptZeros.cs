using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>Channels whose scale is exactly zero at the start stay as they are, scale and shift, whatever their gradients and momentum say.</summary>
public sealed class KeptZeros : Regularizer
{
    private readonly (string Name, torch.Tensor Trained, torch.Tensor Start)[] _kept; // by parameter: 1 where trained, and what the others stay at

    /// <summary>Keeps the zeros that a model has now.</summary>
    public KeptZeros(Model model)
    {
        using var still = torch.no_grad();
        _kept =
        [
            .. from node in model.Network.Nodes
            where node.Layer is Networks.BatchNorm && node.Owner == node.Name
            let scale = $"{node.Name}.weight"
            where Numbers.Read(model[scale]).Contains(0)
            from name in new[] { scale, $"{node.Name}.bias" }
            select (name, Trained(model[scale]), Start(model[name], model[scale])),
        ];
    }

    /// <summary>How many scales are kept at zero.</summary>
    public int Count => _kept.Where((_, i) => i % 2 == 0).Sum(k => Numbers.Read(k.Trained).Count(t => t == 0));

    /// <inheritdoc/>
    public override string Name => "zeros kept";

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step)
    {
        using var still = torch.no_grad();
        foreach (var (name, trained, _) in _kept)
        {
            using var gradient = model[name].grad;
            gradient?.mul_(trained);
        }
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        using var still = torch.no_grad();
        foreach (var (name, trained, start) in _kept)
            model[name].mul_(trained).add_(start, Scalars.One);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (_, trained, start) in _kept)
        {
            trained.Dispose();
            start.Dispose();
        }
        base.Dispose();
    }

    private static torch.Tensor Trained(torch.Tensor scale)
    {
        using var detached = scale.detach();
        using var zero = torch.zeros_like(detached);
        using var differs = detached.ne(zero);
        return differs.to(scale.dtype).DetachFromDisposeScope();
    }

    private static torch.Tensor Start(torch.Tensor parameter, torch.Tensor scale)
    {
        using var detached = parameter.detach();
        using var trained = Trained(scale);
        using var gone = detached.mul(trained);
        return detached.sub(gone).DetachFromDisposeScope();
    }
}
