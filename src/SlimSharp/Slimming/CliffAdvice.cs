using System.Globalization;

namespace SlimSharp.Slimming;

/// <summary>What trial cuts say, in words: how far to cut, or why they cannot tell.</summary>
internal static class CliffAdvice
{
    internal static string For(CliffCurve curve)
    {
        if (!curve.BeatsChance)
            return $"On {Count(curve.Images)} validation images this network ({Percent(curve.Whole, 1)}) cannot be told from one that always names the commonest class ({Percent(curve.Chance, 1)}), so trial cuts say nothing. "
                + "Train it first, or check that data and normalisation are those that it was trained with.";
        if (curve.Images < CliffCurve.ImagesNeeded)
            return $"{Count(curve.Images)} validation images are too few to tell whether a cut loses less than {Points(CliffCurve.Margin)}: at least {CliffCurve.ImagesNeeded} are needed, most often several times as many. "
                + "Hold out more with a larger DataOptions.Validation.";
        return curve.LargestSafeRatio is { } ratio ? Cut(curve, ratio) : DoNot(curve);
    }

    private static string Cut(CliffCurve curve, double ratio)
    {
        var how =
            curve.LargestSafeRatioAsCut is not { } asCut
                ? "accuracy holds once the cut is recalibrated (Recalibration.Run), but not as it is cut"
            : asCut >= ratio ? "accuracy holds as it is cut"
            : $"accuracy holds once the cut is recalibrated (Recalibration.Run); as it is cut, only up to {Percent(asCut)}";
        var last = curve.Points.Last(p => p.Ratio <= ratio);
        var emptied =
            ratio >= curve.EmptiesNoLayerBelow
                ? $" From {Percent(curve.EmptiesNoLayerBelow, 1)} on, layers would be emptied; each keeps its largest channel instead."
                : "";
        return $"Cut up to PlanTarget.Ratio = {Number(ratio)}: {how}. Recalibrated, it {Worst(last.RecalibratedLoss.AtMost)} (95 % confidence), and {Count(last.Parameters)} parameters are left.{emptied} {Fall(curve, ratio)} Retraining recovers more.";
    }

    private static string DoNot(CliffCurve curve)
    {
        var first = curve.Points[0];
        if (first.RecalibratedLoss.Mean <= CliffCurve.Margin)
            return $"{Count(curve.Images)} validation images do not show that any cut holds: one of {Percent(first.Ratio)} {Change(first.RecalibratedLoss.Mean)}, but may have lost as much as {Points(first.RecalibratedLoss.AtMost)} (95 % confidence; {Points(CliffCurve.Margin)} are allowed). "
                + "Hold out more images with a larger DataOptions.Validation.";
        return $"Do not cut this network without retraining it: even the smallest trial lost more than {Points(CliffCurve.Margin)}. {Fall(curve, 0)} Train longer or with a larger λ, until the scales show a gap.";
    }

    private static string Fall(CliffCurve curve, double ratio) =>
        curve.Points.FirstOrDefault(p => p.Ratio > ratio) is { } next
            ? $"At {Percent(next.Ratio)} it is {Percent(next.Recalibrated, 1)}, {Against(next.RecalibratedLoss.Mean)} the whole network's {Percent(curve.Whole, 1)}; with 95 % confidence it {Worst(next.RecalibratedLoss.AtMost)}."
            : "No trial fell.";

    // A loss below zero is a gain.
    private static string Worst(double atMost) =>
        atMost > 0 ? $"loses no more than {Points(atMost)}" : $"gains at least {Points(-atMost)}";

    private static string Change(double loss) => loss >= 0 ? $"lost {Points(loss)}" : $"gained {Points(-loss)}";

    private static string Against(double loss) => loss >= 0 ? $"{Points(loss)} below" : $"{Points(-loss)} above";

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Number(double ratio) => ratio.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Percent(double share, int digits = 0) =>
        (100 * share).ToString($"F{digits}", CultureInfo.InvariantCulture) + " %";

    private static string Points(double share) =>
        (100 * share).ToString("F1", CultureInfo.InvariantCulture) + " points";
}
