namespace SlimSharp.Slimming;

/// <summary>What a cut would do, tried on images that training has not seen.</summary>
/// <param name="Ratio">The share of scales that goes, by the strict global rule.</param>
/// <param name="Parameters">Parameters that would be left.</param>
/// <param name="Macs">Multiply-adds that would be left.</param>
/// <param name="Cut">Accuracy of the cut network as it is, in [0, 1].</param>
/// <param name="Recalibrated">Accuracy once its BatchNorm statistics are taken anew, in [0, 1].</param>
/// <param name="CutLoss">What the cut loses against the whole network, image by image.</param>
/// <param name="RecalibratedLoss">What it loses once recalibrated.</param>
public sealed record CliffPoint(
    double Ratio,
    long Parameters,
    long Macs,
    double Cut,
    double Recalibrated,
    PairedLoss CutLoss,
    PairedLoss RecalibratedLoss
);
