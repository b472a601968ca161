using System.Diagnostics.CodeAnalysis;
using SlimSharp.Models;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>
/// A <c>.slim</c> file: a safetensors file whose metadata hold the network, so that it loads with no class of the
/// user's, in a new process, into inference or training. Owns its tensors; those of a copy made by <c>with</c> are the
/// same, and one of the two is disposed.
/// </summary>
public sealed record SlimFile : SlimDescription, IDisposable
{
    /// <summary>The version of the format that this program writes.</summary>
    public const string Format = "3";

    /// <summary>A file without a description; give it a network.</summary>
    public SlimFile() { }

    /// <summary>A file with that description.</summary>
    [SetsRequiredMembers]
    public SlimFile(SlimDescription description)
        : base(description) => Weights = new();

    /// <summary>The network's parameters and buffers.</summary>
    public required Weights Weights { get; init; }

    /// <summary>What a cut is checked on, or null.</summary>
    public Probe? Probe { get; init; }

    /// <summary>
    /// What the optimiser remembers, as in <see cref="Checkpoint.Optimizer"/>; empty but in checkpoints.
    /// </summary>
    public Weights Optimizer { get; init; } = new();

    /// <summary>What methods keep beside the network, as in <see cref="Checkpoint.Methods"/>.</summary>
    public Weights Methods { get; init; } = new();

    /// <summary>
    /// The parameters and buffers of the best epoch; empty but in checkpoints of trainings that keep it.
    /// </summary>
    public Weights Best { get; init; } = new();

    /// <summary>
    /// Where the source of batches stands, as in <see cref="Checkpoint.Source"/>; empty but in checkpoints.
    /// </summary>
    public Weights Source { get; init; } = new();

    /// <summary>Where a training stands, if this is a checkpoint.</summary>
    public TrainingPosition? Position { get; init; }

    /// <summary>The path that it was read from; null if it was not read.</summary>
    internal string? Origin { get; init; }

    /// <summary>A model with copies of these weights; the caller disposes it.</summary>
    public Model ToModel(torch.ScalarType? type = null) => new(Network, Weights.Copy(type));

    /// <summary>
    /// The training that stopped here, with copies of the tensors, or null if there is none; the caller disposes it.
    /// </summary>
    public Checkpoint? ToCheckpoint() =>
        Position is null
            ? null
            : new()
            {
                Position = Position,
                Weights = Weights.Copy(),
                Optimizer = Optimizer.Copy(),
                Methods = Methods.Copy(),
                Best = Best.Copy(),
                Source = Source.Copy(),
            };

    /// <summary>
    /// This file with weights that were trained since, and, if it was cut, with the word in its provenance without
    /// which <see cref="Verification"/> takes other weights than those of the cut for a fault. Takes the weights over
    /// and copies all other tensors; the caller disposes it.
    /// </summary>
    public SlimFile Retrained(Weights weights)
    {
        var provenance = new Dictionary<string, string>(Provenance);
        if (Certificate is { } certificate)
            provenance[Certificate.Retrained] = certificate.WeightsHash;
        return this with
        {
            Weights = weights,
            Probe = Probe?.Copy(),
            Optimizer = Optimizer.Copy(),
            Methods = Methods.Copy(),
            Best = Best.Copy(),
            Source = Source.Copy(),
            Provenance = provenance,
        };
    }

    /// <summary>
    /// Writes the file so that at any instant either the old or the whole new one is there; the old one is kept under
    /// the name <paramref name="before"/>, if one is given.
    /// </summary>
    /// <exception cref="FileFormatException">
    /// Its parts do not fit together, so that it could not be read again: classes of one name, or more than there are
    /// outputs.
    /// </exception>
    public void Save(string path, string? before = null)
    {
        using var probe = Probe?.ToWeights();
        SlimWriter.Write(
            path,
            this,
            [
                new(Section.Network, Weights),
                new(Section.Probe, probe),
                new(Section.Optimizer, Optimizer),
                new(Section.Methods, Methods),
                new(Section.Best, Best),
                new(Section.Source, Source),
            ],
            Position,
            before
        );
    }

    /// <summary>Reads a file. The caller disposes the result.</summary>
    /// <exception cref="FileFormatException">It is damaged, of a later format, or no <c>.slim</c> file.</exception>
    public static SlimFile Load(string path) => SlimReader.Read(path);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var section in (Weights[])[Weights, Optimizer, Methods, Best, Source])
            section.Dispose();
        Probe?.Dispose();
    }
}
