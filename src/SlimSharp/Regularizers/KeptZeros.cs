using SlimSharp.Models;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Channels whose scale is exactly zero at the start stay as they are, scale and shift, whatever their gradients and
/// momentum say.
/// </summary>
public sealed class KeptZeros : Regularizer
{
    private readonly List<Kept> _kept = [];

    /// <summary>Keeps the zeros that a model has now.</summary>
    public KeptZeros(Model model)
    {
        foreach (var (_, scale, shift) in model.Network.Scaled)
        {
            var scales = Numbers.Read(model[scale]);
            var zeros = scales.Count(s => s == 0);
            if (zeros == 0)
                continue;
            Count += zeros;
            foreach (var name in new[] { scale, shift }.OfType<string>())
                _kept.Add(new(name, model[name], scales));
        }
    }

    internal static Func<RegularizerSetting, Regularizer> Read(TextArguments take) =>
        setting => new KeptZeros(setting.Model);

    /// <summary>How many scales are kept at zero.</summary>
    public int Count { get; }

    /// <inheritdoc/>
    public override string Name => "zeros kept";

    /// <inheritdoc/>
    public override void OnGradients(Model model, StepInfo step)
    {
        using var still = torch.no_grad();
        foreach (var kept in _kept)
        {
            using var gradient = model[kept.Name].grad;
            gradient?.mul_(kept.Trained);
        }
    }

    /// <inheritdoc/>
    public override void AfterStep(Model model, StepInfo step)
    {
        using var still = torch.no_grad();
        foreach (var kept in _kept)
            model[kept.Name].mul_(kept.Trained).add_(kept.Stays, Scalars.One);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var kept in _kept)
            kept.Dispose();
        base.Dispose();
    }

    /// <summary>The scales or shifts of a layer: 1 where it is trained, and what the other places stay at.</summary>
    private sealed class Kept(string name, torch.Tensor parameter, double[] scales) : IDisposable
    {
        internal string Name { get; } = name;
        internal torch.Tensor Trained { get; } = Like(parameter, scales.Select(s => s == 0 ? 0.0 : 1));
        internal torch.Tensor Stays { get; } =
            Like(parameter, Numbers.Read(parameter).Zip(scales, (p, s) => s == 0 ? p : 0));

        public void Dispose()
        {
            Trained.Dispose();
            Stays.Dispose();
        }

        private static torch.Tensor Like(torch.Tensor parameter, IEnumerable<double> values)
        {
            using var tensor = Numbers.Tensor([.. values], [parameter.numel()], parameter.dtype);
            return tensor.to(parameter.device, copy: true).DetachFromDisposeScope();
        }
    }
}
