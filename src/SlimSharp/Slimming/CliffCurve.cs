using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;

namespace SlimSharp.Slimming;

/// <summary>
/// Accuracy against the share that is cut, before anything is cut: trial cuts of one trained network, their BatchNorm statistics taken anew, on images that
/// training has not seen. It shows how far a cut may go, and where it falls.
/// </summary>
public sealed record CliffCurve
{
    /// <summary>So much accuracy is too little to tell from none, in [0, 1].</summary>
    public const double Margin = 0.01;

    private const int Refinements = 3;
    private const double Closest = 0.01;

    // Where the curve is looked at first.
    private static readonly double[] Ratios = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

    /// <summary>Accuracy of the network as it is, in [0, 1].</summary>
    public required double Whole { get; init; }

    /// <summary>How many images accuracies are over.</summary>
    public required int Images { get; init; }

    /// <summary>The trial cuts by ascending ratio.</summary>
    public required ImmutableArray<CliffPoint> Points { get; init; }

    /// <summary>Ratios below this empty no layer, by the strict global rule.</summary>
    public required double LargestSafeRatio { get; init; }

    /// <summary>The widest gap between neighbouring scales; null if there are hardly any.</summary>
    public ScaleGap? Gap { get; init; }

    /// <summary>The largest ratio up to which no trial lost more than <see cref="Margin"/> as it was cut; 0 if all did.</summary>
    [JsonIgnore]
    public double HoldsAsCut => Holds(p => p.Cut);

    /// <summary>The largest ratio up to which no trial lost more than <see cref="Margin"/> once recalibrated; 0 if all did.</summary>
    [JsonIgnore]
    public double HoldsRecalibrated => Holds(p => p.Recalibrated);

    /// <summary>What to do, in words.</summary>
    [JsonIgnore]
    public string Advice
    {
        get
        {
            var (best, first) = (HoldsRecalibrated, Points.FirstOrDefault(p => p.Ratio > HoldsRecalibrated));
            var fall = first is null
                ? "No trial fell."
                : $"At {Percent(first.Ratio)} it is {Percent(first.Recalibrated, 1)}, {InPoints(Whole - first.Recalibrated)} below the whole network's {Percent(Whole, 1)}.";
            if (best == 0)
                return $"Do not cut this network: even the smallest trial lost more than {InPoints(Margin)}. {fall} Train longer or with a larger λ, until the scales show a gap.";
            var how =
                HoldsAsCut >= best
                    ? "accuracy holds as it is cut"
                    : $"accuracy holds once recalibrated (--recalibrate); as it is cut it holds only up to {Percent(HoldsAsCut)}";
            var left = Points.Last(p => p.Ratio <= best);
            var emptied =
                best >= LargestSafeRatio
                    ? $" From {Percent(LargestSafeRatio, 1)} on layers would be emptied, in which the largest channels are kept."
                    : "";
            return $"Cut up to --ratio {best.ToString("0.###", CultureInfo.InvariantCulture)}: {how}, and {left.Parameters.ToString("N0", CultureInfo.InvariantCulture)} parameters are left.{emptied} {fall} Retraining recovers more.";
        }
    }

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
        options = (options ?? new()) with
        {
            Macs = null,
            Parameters = null,
            Milliseconds = null,
            Zeros = false,
            EmptyBlocks = false,
        };
        SlimmingPlan Plan(double ratio) => Planner.Plan(model.Network, weights, options with { Ratio = ratio });
        var points = new SortedDictionary<double, CliffPoint>();
        var safe = 0.0;
        void Try(double ratio)
        {
            var plan = Plan(ratio);
            safe = plan.LargestSafeRatio; // of the network, whatever the ratio
            points[ratio] = Trial(model, weights, plan, train, heldOut, normalization, images);
            progress?.Invoke(points.Count, Ratios.Length + Refinements);
        }
        foreach (var ratio in Ratios)
            Try(ratio);
        var whole = Evaluation.Of(model, heldOut, normalization).Accuracy;
        var gap = ScaleGap.Of(Scales(model.Network, weights));
        CliffCurve Curve() =>
            new()
            {
                Whole = whole,
                Images = heldOut.Count,
                Points = [.. points.Values],
                LargestSafeRatio = safe,
                Gap = gap,
            };
        // The fall lies between two trials; halve that.
        for (var i = 0; i < Refinements; i++)
        {
            var low = Curve().HoldsRecalibrated;
            var high = points.Keys.FirstOrDefault(r => r > low);
            if (high - low < Closest)
                break;
            Try(Math.Round((low + high) / 2, 3));
        }
        progress?.Invoke(1, 1);
        return Curve();
    }

    /// <summary>The model that a plan by ratio leaves, without the proof that it is right; the caller disposes it.</summary>
    internal static Model Cut(Model model, Weights weights, SlimmingPlan plan)
    {
        var cut = NetworkCut.Of(plan);
        return new(cut.Target, cut.Slice(weights)) { Options = model.Options };
    }

    private static CliffPoint Trial(
        Model model,
        Weights weights,
        SlimmingPlan plan,
        ImageSet train,
        ImageSet heldOut,
        Normalization normalization,
        int images
    )
    {
        using var small = Cut(model, weights, plan);
        var cost = NetworkCost.Of(small.Network);
        var cut = Evaluation.Of(small, heldOut, normalization).Accuracy;
        Recalibration.Run(small, train, normalization, images);
        var recalibrated = Evaluation.Of(small, heldOut, normalization).Accuracy;
        return new(plan.Options.Ratio!.Value, cost.Parameters, cost.Macs, cut, recalibrated);
    }

    private double Holds(Func<CliffPoint, double> accuracy) =>
        Points.TakeWhile(p => accuracy(p) >= Whole - Margin).LastOrDefault()?.Ratio ?? 0;

    private static IEnumerable<double> Scales(Network network, Weights weights) =>
        network
            .Parameters()
            .Where(p => p.Parameter.Role == ParameterRole.Scale)
            .SelectMany(p => weights.Values(p.Name))
            .Select(Math.Abs);

    private static string Percent(double share, int digits = 0) =>
        (100 * share).ToString($"F{digits}", CultureInfo.InvariantCulture) + " %";

    private static string InPoints(double share) =>
        (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " points";
}
