using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Objectives;

/// <summary>
/// One class per pixel: the cross-entropy of logits, N×classes×H×W, with the target "mask", N×H×W, int64. Measures the
/// share of pixels whose class gets the largest logit.
/// </summary>
public sealed class Segmentation : Objective
{
    /// <summary>The name of the target.</summary>
    public const string Mask = "mask";

    private static readonly NamedMeasure Pixels = new("pixel accuracy", IsMoreBetter: true, IsShare: true);

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Targets(Network network) => [Mask];

    /// <inheritdoc/>
    public override IReadOnlyList<NamedMeasure> Measures(Network network) => [Pixels];

    /// <inheritdoc/>
    public override void Check(Network network, BatchSource source)
    {
        base.Check(network, source);
        if (network.Outputs is not [var output] || !network.Shapes[output].IsImage)
            throw new DataException($"{network.Name} must have one output, an image with a channel for each class.");
    }

    /// <inheritdoc/>
    public override torch.Tensor Loss(Network network, Batch batch, IReadOnlyDictionary<string, torch.Tensor> values)
    {
        var logits = values[network.Outputs[0]];
        return F.cross_entropy(logits, batch.Target(Mask).to(logits.device));
    }

    /// <inheritdoc/>
    public override void AddMeasures(
        Network network,
        Batch batch,
        IReadOnlyDictionary<string, torch.Tensor> values,
        Span<double> sums
    )
    {
        using var scope = torch.NewDisposeScope();
        var logits = values[network.Outputs[0]];
        var hits = logits.argmax(1).eq(batch.Target(Mask).to(logits.device));
        sums[0] += Numbers.Single(hits.sum()) * batch.Count / hits.numel(); // a mean over samples, times their number
    }
}
