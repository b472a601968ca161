using SlimSharp.Models;

namespace SlimSharp.Training;

/// <summary>A training at an instant. Whoever made it disposes the tensors.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Weights">The model's parameters and buffers.</param>
/// <param name="Extras">What the optimiser and regularisers remember, and the best weights so far.</param>
public sealed record Checkpoint(TrainingPosition Position, Weights Weights, Weights Extras)
{
    /// <summary>The beginning of the names of the regularisers' own tensors among the extras.</summary>
    public const string Beside = "regularizer.";

    /// <summary>The beginning of the names of the best weights among the extras.</summary>
    public const string Best = "best.";
}
