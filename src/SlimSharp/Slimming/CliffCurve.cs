using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;

namespace SlimSharp.Slimming;

/// <summary>
/// Accuracy against the share that is cut, before anything is cut: trial cuts of one trained network, their BatchNorm
/// statistics taken anew, on images that training has not seen. It shows how far a cut may go, and where it falls.
/// </summary>
public sealed record CliffCurve
{
    /// <summary>A cut holds if, with 95 % confidence, it loses no more accuracy than this, in [0, 1].</summary>
    public const double Margin = 0.01;

    private const int Refinements = 3;
    private const double Closest = 0.01;

    // Where the curve is looked at first.
    private static readonly double[] Ratios = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>Accuracy of the network as it is, in [0, 1].</summary>
    public required double Whole { get; init; }

    /// <summary>The accuracy of always naming the commonest class, in [0, 1].</summary>
    public required double Chance { get; init; }

    /// <summary>How many images accuracies are over.</summary>
    public required int Images { get; init; }

    /// <summary>The trial cuts by ascending ratio.</summary>
    public required ImmutableArray<CliffPoint> Points { get; init; }

    /// <summary>Ratios below this empty no layer, by the strict global rule.</summary>
    public required double EmptiesNoLayerBelow { get; init; }

    /// <summary>The widest gap between neighbouring scales; null if there are hardly any.</summary>
    public ScaleGap? Gap { get; init; }

    /// <summary>
    /// The fewest images that can show that a cut holds, if it changes the answer to none of them.
    /// </summary>
    public static int ImagesNeeded { get; } = PairedLoss.Needed(Margin);

    /// <summary>True if the network is, with 95 % confidence, better than always naming the commonest class.</summary>
    [JsonIgnore]
    public bool BeatsChance => PairedLoss.ShareAtLeast(Whole, Images) > Chance;

    /// <summary>
    /// The largest ratio that may be cut: up to it every trial, once recalibrated, lost no more than
    /// <see cref="Margin"/> with 95 % confidence. Null if not even the smallest did, or if the images cannot tell.
    /// </summary>
    [JsonIgnore]
    public double? LargestSafeRatio => BeatsChance ? Holds(p => p.RecalibratedLoss.AtMost) : null;

    /// <summary>The same of the cut network as it is, not recalibrated.</summary>
    [JsonIgnore]
    public double? LargestSafeRatioAsCut => BeatsChance ? Holds(p => p.CutLoss.AtMost) : null;

    /// <summary>What to do, in words.</summary>
    [JsonIgnore]
    public string Advice => CliffAdvice.For(this);

    /// <summary>Tries cuts of a trained model.</summary>
    /// <param name="model">The model, which stays as it is.</param>
    /// <param name="train">Images to take statistics on.</param>
    /// <param name="heldOut">Images that training has not seen.</param>
    /// <param name="normalization">How both become inputs.</param>
    /// <param name="options">How to plan; its target is not used.</param>
    /// <param name="images">Training images to take statistics on.</param>
    /// <param name="progress">Called with the trials that are done and those that there will be.</param>
    /// <exception cref="PlanException">No channel of the network may be cut.</exception>
    /// <exception cref="DataException">The images are not those that the network takes.</exception>
    public static CliffCurve Of(
        Model model,
        ImageSet train,
        ImageSet heldOut,
        Normalization normalization,
        PlanOptions? options = null,
        int images = 512,
        Action<int, int>? progress = null
    )
    {
        using var weights = model.CopyWeights();
        SlimmingPlan By(double ratio) =>
            Planner.Plan(
                model.Network,
                weights,
                (options ?? new()) with
                {
                    Target = new PlanTarget.Ratio(ratio),
                    EmptyBlocks = false,
                }
            );
        var whole = Evaluation.Hits(model, heldOut, normalization);
        var plan = By(0);
        var curve = new CliffCurve
        {
            Whole = Share(whole),
            Chance = (double)heldOut.Labels.CountBy(l => l).Max(c => c.Value) / heldOut.Count,
            Images = heldOut.Count,
            Points = [],
            EmptiesNoLayerBelow = plan.EmptiesNoLayerBelow,
            Gap = plan.Gap,
        };
        void Try(double ratio)
        {
            var point = Trial(model, weights, By(ratio), whole, train, heldOut, normalization, images);
            curve = curve with { Points = [.. curve.Points.Append(point).OrderBy(p => p.Ratio)] };
            progress?.Invoke(curve.Points.Length, Ratios.Length + Refinements);
        }
        foreach (var ratio in Ratios)
            Try(ratio);
        // The fall lies between two trials; halve that.
        for (var i = 0; i < Refinements; i++)
        {
            var low = curve.Holds(p => p.RecalibratedLoss.AtMost) ?? 0;
            var high = curve.Points.FirstOrDefault(p => p.Ratio > low)?.Ratio ?? low;
            if (high - low < Closest)
                break;
            Try(Math.Round((low + high) / 2, 3));
        }
        progress?.Invoke(1, 1);
        return curve;
    }

    /// <summary>
    /// The model that a plan by ratio leaves, without the proof that it is right; the caller disposes it.
    /// </summary>
    internal static Model Cut(Model model, Weights weights, SlimmingPlan plan)
    {
        var cut = NetworkCut.Of(plan);
        return new(cut.Target, cut.Slice(weights)) { Options = model.Options };
    }

    private static CliffPoint Trial(
        Model model,
        Weights weights,
        SlimmingPlan plan,
        bool[] whole,
        ImageSet train,
        ImageSet heldOut,
        Normalization normalization,
        int images
    )
    {
        using var small = Cut(model, weights, plan);
        var cost = NetworkCost.Of(small.Network);
        var cut = Evaluation.Hits(small, heldOut, normalization);
        Recalibration.Run(small, train, normalization, images);
        var recalibrated = Evaluation.Hits(small, heldOut, normalization);
        return new(
            ((PlanTarget.Ratio)plan.Options.Target!).Share,
            cost.Parameters,
            cost.Macs,
            Share(cut),
            Share(recalibrated),
            PairedLoss.Of(whole, cut),
            PairedLoss.Of(whole, recalibrated)
        );
    }

    private static double Share(bool[] hits) => (double)hits.Count(h => h) / hits.Length;

    private double? Holds(Func<CliffPoint, double> losesAtMost) =>
        Points.TakeWhile(p => losesAtMost(p) <= Margin).LastOrDefault()?.Ratio;
}
