using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// A copy of a model in evaluation, and images in their order: for what is measured by gradients of parameters.
/// </summary>
internal sealed class GradientProbe : IDisposable
{
    private const int BatchSize = 32;
    private readonly Model _copy;
    private readonly IReadOnlyDictionary<string, LayerParameter> _parameters;

    /// <summary>A probe of a model, which stays as it is.</summary>
    internal GradientProbe(Model model)
    {
        _copy = new Model(model.Network, model.CopyWeights()) { Options = ScheduleOptions.Plain };
        _copy.eval();
        _parameters = _copy
            .Network.Parameters()
            .Where(p => p.Parameter.IsTrained)
            .ToDictionary(p => p.Name, p => p.Parameter);
    }

    /// <summary>The network.</summary>
    internal Network Network => _copy.Network;

    /// <summary>The parameters that are trained, in a fixed order.</summary>
    internal IList<torch.Tensor> Parameters => [.. _parameters.Keys.Select(n => _copy[n])];

    /// <summary>A tensor of zeros for each of them.</summary>
    internal torch.Tensor[] Zeros() => [.. Parameters.Select(p => torch.zeros_like(p, requires_grad: false))];

    /// <summary>Sums with parameters and those gradients that there are.</summary>
    internal static IEnumerable<(torch.Tensor Sum, torch.Tensor Parameter, torch.Tensor Gradient)> Zipped(
        IEnumerable<torch.Tensor> sums,
        IEnumerable<torch.Tensor> parameters,
        IEnumerable<torch.Tensor> gradients
    ) => sums.Zip(parameters, gradients).Where(t => t.Third is { IsInvalid: false });

    /// <summary>
    /// Batches of images spread over a set, not augmented; made anew each time they are gone through.
    /// </summary>
    internal static (int Images, IEnumerable<Batch> Batches) Spread(
        ImageSet set,
        Normalization normalization,
        int images
    )
    {
        var (source, places) = (ImageBatches.InOrder(set, normalization), set.Spread(images));
        return (places.Length, places.Chunk(BatchSize).Select(b => source.Make(b)));
    }

    /// <summary>The values of nodes for a batch, from which gradients flow to the parameters.</summary>
    internal IReadOnlyDictionary<string, torch.Tensor> Values(Batch batch, IReadOnlyCollection<string> nodes) =>
        _copy.Run(batch.InputsFor(_copy), nodes, mode: RunMode.Evaluation);

    /// <summary>The mean loss of an objective over a batch, whose logits are divided by a temperature.</summary>
    internal torch.Tensor Loss(Objective objective, Batch batch, double temperature = 1)
    {
        using Scalar cooled = 1 / temperature;
        var values = Values(batch, objective.Nodes(Network));
        return objective.EvaluationLoss(
            Network,
            batch,
            temperature == 1 ? values : values.ToDictionary(v => v.Key, v => v.Value.mul(cooled))
        );
    }

    /// <summary>
    /// For every parameter the sum over each of its output channels of a tensor of its size, by name; parameters that
    /// no channel follows are left out.
    /// </summary>
    internal IReadOnlyDictionary<string, double[]> ByChannel(IReadOnlyList<torch.Tensor> tensors) =>
        _parameters
            .Zip(tensors)
            .Where(p => p.First.Value.OutputAxis is not null)
            .ToDictionary(p => p.First.Key, p => Sums(p.Second, p.First.Value.OutputAxis!.Value));

    /// <inheritdoc/>
    public void Dispose() => _copy.Dispose();

    private static double[] Sums(torch.Tensor tensor, int axis)
    {
        using var first = tensor.detach().transpose(0, axis);
        using var rows = first.reshape(first.shape[0], -1);
        using var wide = rows.to(torch.float64);
        using var sums = wide.sum(1);
        return Numbers.Read(sums);
    }
}
