using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Penalties;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Guidance on λ for a trained model: what holds each scale up against the penalty, |∂loss/∂γ|/J'(γ). A λ above it
/// shrinks the scale now. (The λ at which everything is zero, as the lasso has one, does not exist: behind a ReLU all
/// gradients vanish at zero scales.)
/// </summary>
/// <param name="Ratios">
/// |∂loss/∂γ|/J'(γ) of every scale that is not zero, ascending; +∞ where the penalty is flat.
/// </param>
public sealed record LambdaRange(IReadOnlyList<double> Ratios)
{
    private const int Images = 2048;
    private const int BatchSize = 64;

    /// <summary>
    /// Measures the loss of an objective, by default of classification, on training images, in training mode, as the
    /// gradients of training are; the model stays as it is.
    /// </summary>
    /// <exception cref="DataException">The images or classes are not those that the network takes.</exception>
    public static LambdaRange Of(
        Model model,
        ImageSet train,
        Normalization normalization,
        Penalty penalty,
        int images = Images,
        Objective? objective = null
    )
    {
        using var copy = new Model(model.Network, model.CopyWeights());
        var source = ImageBatches.InOrder(train, normalization);
        (objective ??= new Classification()).Check(model.Network, source);
        var batches = train.Spread(images).Chunk(BatchSize).Where(b => b.Length > 1).ToArray();
        copy.train();
        foreach (var indices in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = objective.Prepare(source.Make(indices));
            var values = copy.Run(batch.InputsFor(copy), objective.Nodes(copy.Network));
            objective.EvaluationLoss(copy.Network, batch, values).backward();
        }
        var ratios = new List<double>();
        foreach (var scale in copy.Scales)
        {
            using var gradient = scale.grad;
            if (gradient is null)
                continue;
            ratios.AddRange(
                Numbers
                    .Read(scale)
                    .Zip(Numbers.Read(gradient), (s, g) => (Scale: s, Gradient: Math.Abs(g) / batches.Length))
                    .Where(p => p.Scale != 0)
                    .Select(p => p.Gradient / Math.Abs(penalty.Derivative(p.Scale)))
            );
        }
        return new([.. ratios.Order()]);
    }

    /// <summary>The ratio below which that share of the scales lies; NaN if there are none.</summary>
    public double Quantile(double share) =>
        Ratios.Count == 0 ? double.NaN : Ratios[Math.Min((int)(share * Ratios.Count), Ratios.Count - 1)];

    /// <summary>The share of scales that this λ shrinks now.</summary>
    public double ShareShrunkBy(double lambda) =>
        Ratios.Count == 0 ? 0 : (double)Ratios.Count(r => r < lambda) / Ratios.Count;

    /// <summary>That no λ brings a new scale to zero by a penalty, of which <see cref="Least"/> is +∞.</summary>
    public static string NoLambda(Penalty penalty) =>
        FormattableString.Invariant(
            $"{penalty} is flat on the way from {Initialization.Scale:G4} to 0: no λ empties a scale that starts there."
        );

    /// <summary>
    /// The least λ that brings a scale without gradient of its own from its start to zero within a training: the flow
    /// dγ = −λ·J'(γ)·dt takes ∫₀^γ₀ dγ/J'(γ)/λ, and the training lasts Σ of its effective steps. For l1 that is
    /// λ·Σlr/(1 − momentum) ≥ γ₀. +∞ where the penalty is flat on the way.
    /// </summary>
    /// <param name="penalty">The shape J.</param>
    /// <param name="training">Its learning rates, momentum and epochs.</param>
    /// <param name="steps">Steps per epoch.</param>
    /// <param name="start">γ₀.</param>
    public static double Least(
        Penalty penalty,
        TrainingOptions training,
        int steps,
        double start = Initialization.Scale
    )
    {
        const int Points = 2000;
        var way = 0.0;
        for (var i = 0; i < Points; i++)
            way += start / Points / penalty.Derivative(start * (i + 0.5) / Points);
        var time = steps * training.RateSum(0, training.Epochs);
        return way / (time * training.Optimizer.EffectiveStep(1));
    }
}
