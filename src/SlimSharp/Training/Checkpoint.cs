using SlimSharp.Models;

namespace SlimSharp.Training;

/// <summary>
/// A training at an instant: all that is needed to go on with the same bits. Owns its tensors; one that is handed to
/// <see cref="Trainer.Save"/> is disposed afterwards, so that whoever wants to keep it takes a <see cref="Copy"/>.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    /// <summary>Where it stands.</summary>
    public required TrainingPosition Position { get; init; }

    /// <summary>The model's parameters and buffers.</summary>
    public required Weights Weights { get; init; }

    /// <summary>
    /// What the optimiser remembers, by the name of the memory and that of the parameter: momentum.conv.weight.
    /// </summary>
    public Weights Optimizer { get; init; } = new();

    /// <summary>The regularisers' own tensors, by the names that their set gives them.</summary>
    public Weights Methods { get; init; } = new();

    /// <summary>The parameters and buffers of the best epoch so far; empty if none is kept.</summary>
    public Weights Best { get; init; } = new();

    /// <summary>Where the source of batches stands, if epoch and batch do not say it all.</summary>
    public Weights Source { get; init; } = new();

    /// <summary>The same with copies of the tensors; the caller disposes it.</summary>
    public Checkpoint Copy() =>
        new()
        {
            Position = Position,
            Weights = Weights.Copy(),
            Optimizer = Optimizer.Copy(),
            Methods = Methods.Copy(),
            Best = Best.Copy(),
            Source = Source.Copy(),
        };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var section in (Weights[])[Weights, Optimizer, Methods, Best, Source])
            section.Dispose();
    }
}
