using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// By how much the mean loss over some images would change, to first order, if the numbers of a parameter that belong
/// to an output channel were zero: Σ θ·∂loss/∂θ over them, with its sign turned.
/// </summary>
public sealed class ParameterEffects : Evidence
{
    private ParameterEffects(int images, IReadOnlyDictionary<string, double[]> sums) => (Images, Sums) = (images, sums);

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>By parameter, one sum per output channel.</summary>
    internal IReadOnlyDictionary<string, double[]> Sums { get; }

    /// <summary>
    /// Measures the loss of an objective, by default of classification, on images spread over a set, not augmented, in
    /// evaluation.
    /// </summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="train">The images.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="images">How many images at most; 10,000 as published.</param>
    /// <param name="objective">What the loss is of.</param>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static ParameterEffects Of(
        Model model,
        ImageSet train,
        Normalization normalization,
        int images = 10_000,
        Objective? objective = null
    )
    {
        objective ??= new Classification();
        objective.Check(model.Network, ImageBatches.InOrder(train, normalization));
        var (count, batches) = GradientProbe.Spread(train, normalization, images);
        return Of(model, objective, count, batches);
    }

    /// <summary>The same on batches that somebody else makes.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="objective">What the loss is of.</param>
    /// <param name="images">How many samples all batches have together.</param>
    /// <param name="batches">The batches, which are disposed.</param>
    public static ParameterEffects Of(Model model, Objective objective, int images, IEnumerable<Batch> batches)
    {
        using var whole = torch.NewDisposeScope();
        using var probe = new GradientProbe(model);
        var effects = probe.Zeros();
        foreach (var given in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = objective.Prepare(given);
            using Scalar share = (double)batch.Count / images;
            var gradients = torch.autograd.grad([probe.Loss(objective, batch)], probe.Parameters, allow_unused: true);
            using var still = torch.no_grad();
            foreach (var (sum, parameter, gradient) in GradientProbe.Zipped(effects, probe.Parameters, gradients))
                sum.add_(gradient.mul(parameter), share);
        }
        return new(images, probe.ByChannel(effects));
    }
}
