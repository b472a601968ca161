using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// By how much, to first order, the squared norm of the loss's gradient follows the numbers of a parameter that belong
/// to an output channel: Σ θ·Hg over them, g and H being the gradient and the Hessian of the mean loss over some images
/// whose logits are divided by a temperature.
/// </summary>
public sealed class CurvatureEffects : Evidence
{
    /// <summary>What logits are divided by, as published.</summary>
    public const double Temperature = 200;

    private CurvatureEffects(int images, IReadOnlyDictionary<string, double[]> sums) => (Images, Sums) = (images, sums);

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>By parameter, one sum per output channel.</summary>
    internal IReadOnlyDictionary<string, double[]> Sums { get; }

    /// <summary>No filter's weights and bias together have less.</summary>
    public double Floor => 2 * Math.Min(0, Sums.Values.SelectMany(s => s).Min());

    /// <summary>
    /// Measures the loss of an objective, by default of classification, on images spread over a set, not augmented, in
    /// evaluation.
    /// </summary>
    /// <inheritdoc cref="ParameterEffects.Of(Model, ImageSet, Normalization, int, Objective?)"/>
    public static CurvatureEffects Of(
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

    /// <summary>The same on batches that somebody else makes, and makes twice.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="objective">What the loss is of.</param>
    /// <param name="images">How many samples all batches have together.</param>
    /// <param name="batches">The batches, which are disposed.</param>
    public static CurvatureEffects Of(Model model, Objective objective, int images, IEnumerable<Batch> batches)
    {
        using var whole = torch.NewDisposeScope();
        using var probe = new GradientProbe(model);
        var mean = probe.Zeros();
        Run(probe, objective, images, batches, mean, loss => Gradients(probe, loss, graph: false));
        var effects = probe.Zeros();
        // The Hessian of a mean is a mean, and g stands still: batch by batch, the gradient of g·∂loss/∂θ.
        Run(
            probe,
            objective,
            images,
            batches,
            effects,
            loss =>
                Gradients(
                    probe,
                    mean.Zip(Gradients(probe, loss, graph: true))
                        .Where(p => p.Second is { IsInvalid: false })
                        .Select(p => p.First.mul(p.Second).sum())
                        .Aggregate((a, b) => a.add(b, Scalars.One)),
                    graph: false
                )
        );
        using (torch.no_grad())
        {
            foreach (var (effect, parameter) in effects.Zip(probe.Parameters))
                effect.mul_(parameter);
        }
        return new(images, probe.ByChannel(effects));
    }

    // Adds the mean over all images of what a batch's loss gives.
    private static void Run(
        GradientProbe probe,
        Objective objective,
        int images,
        IEnumerable<Batch> batches,
        torch.Tensor[] sums,
        Func<torch.Tensor, IEnumerable<torch.Tensor>> gradients
    )
    {
        foreach (var given in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = objective.Prepare(given);
            using Scalar share = (double)batch.Count / images;
            torch.Tensor[] found = [.. gradients(probe.Loss(objective, batch, Temperature))];
            using var still = torch.no_grad();
            foreach (var (sum, _, gradient) in GradientProbe.Zipped(sums, sums, found))
                sum.add_(gradient, share);
        }
    }

    private static IList<torch.Tensor> Gradients(GradientProbe probe, torch.Tensor of, bool graph) =>
        torch.autograd.grad([of], probe.Parameters, retain_graph: graph, create_graph: graph, allow_unused: true);
}
