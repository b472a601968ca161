using System.Text.Json.Serialization;

namespace SlimSharp.Training;

/// <summary>A rule that changes a parameter by its gradient. What it remembers is kept outside, by name.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Sgd), "sgd")]
[JsonDerivedType(typeof(AdamW), "adamw")]
public abstract record Optimizer
{
    /// <summary>The strength of the decay of every parameter towards 0.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Whether the decay acts on the BatchNorm scales, too, as published.</summary>
    public bool DecayScales { get; init; } = true;

    /// <summary>The names of the tensors that it remembers for every parameter; they begin as zeros.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<string> Memory { get; }

    /// <summary>Changes all parameters in place. <paramref name="count"/> is the number of this step, from 1.</summary>
    public abstract void Step(IReadOnlyList<OptimizerSlot> slots, double learningRate, long count);

    /// <summary>Learning rate/(1 − momentum): how far a constant gradient moves a parameter per step in the long run.</summary>
    public abstract double EffectiveStep(double learningRate);
}
