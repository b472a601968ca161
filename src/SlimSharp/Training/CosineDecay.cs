namespace SlimSharp.Training;

/// <summary>Half a cosine wave down to 0 (Loshchilov and Hutter, ICLR 2017), after the warm-up.</summary>
public sealed record CosineDecay : LearningRate
{
    /// <inheritdoc/>
    public override string InWords() => "half a cosine wave down to 0";

    /// <inheritdoc/>
    protected override double Factor(double progress) =>
        (1 + Math.Cos(Math.PI * Math.Clamp((progress - WarmUp) / (1 - WarmUp), 0, 1))) / 2;
}
