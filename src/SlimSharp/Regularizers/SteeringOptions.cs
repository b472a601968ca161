using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>Where λ is steered to.</summary>
public sealed record SteeringOptions
{
    /// <summary>The share of multiply-adds that is to be left when the channels below the gap are cut.</summary>
    public required double TargetMacs { get; init; }

    /// <summary>
    /// How far accuracy over an epoch's training images may fall below its best so far, in [0, 1], before λ is
    /// released.
    /// </summary>
    public double AccuracyBand { get; init; } = 0.03;

    /// <summary>What λ is multiplied by when raised and divided by when released.</summary>
    public double Factor { get; init; } = 1.5;

    /// <summary>Throws if an option is out of range.</summary>
    /// <exception cref="TrainingException">The message names the option.</exception>
    public void Check()
    {
        if (TargetMacs is not (> 0 and < 1))
            throw new TrainingException($"SteeringOptions.TargetMacs is {TargetMacs}, but must be a share in (0, 1).");
        if (AccuracyBand is not (> 0 and < 1))
            throw new TrainingException(
                $"SteeringOptions.AccuracyBand is {AccuracyBand}, but must be a share in (0, 1)."
            );
        if (Factor is not (> 1 and < double.PositiveInfinity))
            throw new TrainingException($"SteeringOptions.Factor is {Factor}, but must be above 1.");
    }
}
