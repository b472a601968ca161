namespace SlimSharp.Training;

/// <summary>As published: a tenth from the half on, a hundredth from three quarters on.</summary>
public sealed record StepDecay : LearningRate
{
    /// <inheritdoc/>
    public override string InWords() => "a tenth at 50 % and at 75 %";

    /// <inheritdoc/>
    protected override double Factor(double progress) =>
        progress < 0.5 ? 1
        : progress < 0.75 ? 0.1
        : 0.01;
}
