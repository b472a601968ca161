using SlimSharp.Models;
using SlimSharp.Training;

namespace SlimSharp.Regularizers;

/// <summary>What regularisers are made for: a model, how it is trained, and on how many samples.</summary>
/// <param name="Model">The model, with the weights that training starts from; it stays the caller's.</param>
/// <param name="Training">How it is trained.</param>
/// <param name="Samples">How many samples an epoch has.</param>
public sealed record RegularizerSetting(Model Model, TrainingOptions Training, int Samples)
{
    /// <summary>
    /// What random numbers are a function of; by default the training's seed. Of several regularisers of one kind each
    /// gets another.
    /// </summary>
    public long Seed { get; init; } = Training.Seed;

    /// <summary>The regularisers before this one.</summary>
    public IReadOnlyList<Regularizer> Before { get; init; } = [];

    /// <summary>
    /// Loads the network that a text form names, such as the file of a teacher; the set of regularisers disposes it. By
    /// default there is nobody to ask, and a sentence says so.
    /// </summary>
    public Func<string, Model> LoadNetwork { get; init; } =
        path =>
            throw new TrainingException(
                $"A regulariser takes part with the network '{path}': set "
                    + $"{nameof(RegularizerSetting)}.{nameof(LoadNetwork)} to what loads it."
            );

    /// <summary>Is told what does nothing, in a sentence; null makes that an exception.</summary>
    public Action<string>? Warning { get; init; }
}
