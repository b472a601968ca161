using System.Reflection;
using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>
/// A learning rate as a pure function of how much of a training is done. A new kind is a file of its own and a row
/// here, with its name in options and files.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(StepDecay), "step")]
[JsonDerivedType(typeof(CosineDecay), "cosine")]
public abstract record LearningRate
{
    /// <summary>Every kind there is, by name, as it is unless something else is said.</summary>
    public static IReadOnlyDictionary<string, LearningRate> All { get; } =
        typeof(LearningRate)
            .GetCustomAttributes<JsonDerivedTypeAttribute>()
            .ToDictionary(
                row => (string)row.TypeDiscriminator!,
                row => (LearningRate)Activator.CreateInstance(row.DerivedType)!
            );

    /// <summary>The rate before any decrease.</summary>
    public double Initial { get; init; } = 0.1;

    /// <summary>The share of the training over which the rate rises linearly from 0.</summary>
    public double WarmUp { get; init; }

    /// <summary>
    /// The share of the training whose rates it begins with, as in rewinding to the rates of a training's last epochs
    /// (Renda et al., ICLR 2020).
    /// </summary>
    public double Begin { get; init; }

    /// <summary>The rate at <paramref name="progress"/> in [0, 1].</summary>
    public double At(double progress)
    {
        var at = Begin + (1 - Begin) * progress;
        return at < WarmUp ? Initial * at / WarmUp : Initial * Factor(at);
    }

    /// <summary>How it falls, in a few words.</summary>
    public abstract string InWords();

    /// <summary>Throws if what only this kind has is out of range.</summary>
    /// <exception cref="TrainingException">The message names it.</exception>
    internal virtual void Check() { }

    /// <summary>What the initial rate is multiplied by.</summary>
    protected abstract double Factor(double progress);
}
