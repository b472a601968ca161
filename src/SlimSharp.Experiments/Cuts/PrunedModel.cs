using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Experiments;

/// <summary>A cut network that was written, and what the cut did to it.</summary>
/// <param name="File">Its file.</param>
/// <param name="Bytes">The size of that.</param>
/// <param name="Cut">What was cut.</param>
/// <param name="Certificate">That nothing else was changed.</param>
/// <param name="Constants">What became of the constants of channels that went, as a sentence.</param>
public sealed record PrunedModel(string File, long Bytes, PlannedCut Cut, Certificate Certificate, string Constants)
{
    /// <summary>Loss and accuracy on validation images before the cut; null where they cannot be measured.</summary>
    public Score? Before { get; init; }

    /// <summary>The same after it, without retraining.</summary>
    public Score? After { get; init; }

    /// <summary>The same with BatchNorm statistics taken anew; null where that was not asked for.</summary>
    public Score? Recalibrated { get; init; }

    /// <summary>The images that were recalibrated with; 0 if there was nothing to recalibrate.</summary>
    public int RecalibrationImages { get; init; }

    /// <summary>Why nothing could be measured, as the end of a sentence; null where it could.</summary>
    public string? WhyNoScore { get; init; }
}
