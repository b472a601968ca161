using SlimSharp.Models;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Lookahead (Zhang, Lucas, Hinton and Ba, NeurIPS 2019): slow weights follow the optimiser's a share of the way every
/// few steps of an epoch, and training goes on from there.
/// </summary>
public sealed class Lookahead : Regularizer
{
    private readonly int _every;
    private readonly double _share;
    private readonly Dictionary<string, torch.Tensor> _slow;

    /// <param name="model">The model, whose weights now are the first slow ones.</param>
    /// <param name="every">Steps between two corrections; published is 5.</param>
    /// <param name="share">How far slow weights go, in (0, 1]; published is 0.5.</param>
    public Lookahead(Model model, int every = 5, double share = 0.5)
    {
        (_every, _share) = (every, share);
        _slow = model
            .Network.Parameters()
            .Where(p => p.Parameter.IsTrained)
            .ToDictionary(p => p.Name, p => model[p.Name].detach().clone().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public override string Name => FormattableString.Invariant($"lookahead, {_share} of every {_every} steps");

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, torch.Tensor> State =>
        _slow.ToDictionary(s => $"slow.{s.Key}", s => s.Value);

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take)
    {
        var every = take.Number("every", "a whole number from 1 on", n => n >= 1 && double.IsInteger(n), 5);
        var share = take.Number("share", "in (0, 1]", s => s is > 0 and <= 1, 0.5);
        return setting => new Lookahead(setting.Model, (int)every, share);
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        if ((step.Step + 1) % _every != 0)
            return;
        using var still = torch.no_grad();
        using Scalar share = _share;
        foreach (var (name, slow) in _slow)
        {
            using var ahead = model[name].sub(slow);
            slow.add_(ahead, share);
            model[name].copy_(slow);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var slow in _slow.Values)
            slow.Dispose();
        base.Dispose();
    }
}
