using SlimSharp.Data;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Training;

namespace SlimSharp.Formats;

/// <summary>What a <c>.slim</c> file says in words and numbers: all of it but the tensors.</summary>
public record SlimDescription
{
    /// <summary>The network.</summary>
    public required Network Network { get; init; }

    /// <summary>What is done to bytes before the network sees them.</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The data it was trained on.</summary>
    public DataOptions? Data { get; init; }

    /// <summary>The plan it was cut by, if it was cut.</summary>
    public SlimmingPlan? Plan { get; init; }

    /// <summary>The proof of that cut.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>Command, seeds and versions that made it.</summary>
    public IReadOnlyDictionary<string, string> Provenance { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Writes a training's state as a file with this description, so that at any instant either the old or the whole
    /// new one is there; the old one is kept under the name <paramref name="before"/>, if one is given.
    /// </summary>
    /// <exception cref="FileFormatException">The parts do not fit together; see <see
    /// cref="SlimFile.Save"/>.</exception>
    public void Save(string path, Checkpoint checkpoint, string? before = null) =>
        SlimWriter.Write(
            path,
            this,
            [
                new(Section.Network, checkpoint.Weights),
                new(Section.Optimizer, checkpoint.Optimizer),
                new(Section.Methods, checkpoint.Methods),
                new(Section.Best, checkpoint.Best),
                new(Section.Source, checkpoint.Source),
            ],
            checkpoint.Position,
            before
        );
}
