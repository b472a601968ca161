using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using TorchSharp;

namespace SlimSharp.Slimming;

/// <summary>
/// How much the outputs of a classifier follow each of its parameters: Σ p·(∂ log p/∂θ)² over the classes, p and log p
/// being means over a batch, divided by the mean of that over the parameter's numbers, and summed over those of an
/// output channel. Needs no labels; means over other batches give other numbers.
/// </summary>
public sealed class OutputEffects : Evidence
{
    private OutputEffects(int images, IReadOnlyDictionary<string, double[]> sums) => (Images, Sums) = (images, sums);

    /// <inheritdoc/>
    public override int Images { get; }

    /// <summary>By parameter, one sum per output channel.</summary>
    internal IReadOnlyDictionary<string, double[]> Sums { get; }

    /// <summary>Measures on images spread over a set, not augmented, in evaluation.</summary>
    /// <param name="model">A classifier, which stays as it is.</param>
    /// <param name="set">The images; labels are not looked at.</param>
    /// <param name="normalization">What is done to bytes before the network sees them.</param>
    /// <param name="images">How many images at most; 1,000 as published.</param>
    /// <exception cref="DataException">
    /// The images are not those that the network takes, or its outputs are no classes.
    /// </exception>
    public static OutputEffects Of(Model model, ImageSet set, Normalization normalization, int images = 1000)
    {
        set.CheckFits(model.Network);
        if (Classification.NoClasses(model.Network) is { } reason)
            throw new DataException($"{reason}; there are no probabilities to follow.");
        var (count, batches) = GradientProbe.Spread(set, normalization, images);
        return Of(model, count, batches);
    }

    /// <summary>The same on batches that somebody else makes.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="images">How many samples all batches have together.</param>
    /// <param name="batches">The batches, which are disposed.</param>
    public static OutputEffects Of(Model model, int images, IEnumerable<Batch> batches)
    {
        using var whole = torch.NewDisposeScope();
        using var probe = new GradientProbe(model);
        var effects = probe.Zeros();
        foreach (var given in batches)
        {
            using var batch = given;
            using var scope = torch.NewDisposeScope();
            foreach (var logits in probe.Values(batch, probe.Network.Outputs).Values)
                Add(probe, batch.Count, logits, effects);
        }
        using (torch.no_grad())
        {
            foreach (var effect in effects.Where(e => Numbers.Single(e.mean()) > 0))
                effect.div_(effect.mean());
        }
        return new(images, probe.ByChannel(effects));
    }

    private static void Add(GradientProbe probe, int count, torch.Tensor logits, torch.Tensor[] effects)
    {
        var likely = Numbers.Read(logits.detach().softmax(1).mean([0]));
        var log = logits.log_softmax(1).mean([0]);
        for (var c = 0; c < likely.Length; c++)
        {
            using var scope = torch.NewDisposeScope();
            using Scalar weight = likely[c] * count;
            var gradients = torch.autograd.grad([log[c]], probe.Parameters, retain_graph: true, allow_unused: true);
            using var still = torch.no_grad();
            foreach (var (sum, _, gradient) in GradientProbe.Zipped(effects, effects, gradients))
                sum.addcmul_(gradient, gradient, weight);
        }
    }
}
