namespace SlimSharp.Training;

/// <summary>A power of what is left of the training, as in DeepLab (Chen et al., TPAMI 2018).</summary>
public sealed record PolynomialDecay : LearningRate
{
    /// <summary>The power; published is 0.9, and 1 is a straight line.</summary>
    public double Power { get; init; } = 0.9;

    /// <inheritdoc/>
    public override string InWords() => "what is left of the training to the power of 0.9";

    /// <inheritdoc/>
    protected override double Factor(double progress) =>
        Math.Pow(1 - Math.Clamp((progress - WarmUp) / (1 - WarmUp), 0, 1), Power);
}
