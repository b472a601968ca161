using SlimSharp.Models;

namespace SlimSharp.Data;

/// <summary>
/// Where a training takes its batches from: images, tensors, or whatever a program makes. What an epoch holds must be a
/// function of the source's seed and the epoch, so that epoch and batch are its place: a resumed training sees the
/// batches that it would have seen.
/// </summary>
public abstract class BatchSource
{
    /// <summary>What it is called in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Samples in an epoch.</summary>
    public abstract int Count { get; }

    /// <summary>Batches in an epoch.</summary>
    public abstract int BatchCount { get; }

    /// <summary>How many batches samples make; a last one of a single sample may be left out.</summary>
    internal static int BatchesOf(int count, int size, bool leavesOutSingle) =>
        (count + size - 1) / size - (leavesOutSingle && count % size == 1 ? 1 : 0);

    /// <summary>The names of the targets that its batches bring.</summary>
    public abstract IReadOnlyCollection<string> Targets { get; }

    /// <summary>
    /// The batches of an epoch, counted from 0, from batch <paramref name="first"/> on. Whoever receives a batch
    /// disposes it.
    /// </summary>
    public abstract IEnumerable<Batch> Epoch(int epoch, int first = 0);

    /// <summary>
    /// Puts where it stands among a checkpoint's tensors, if epoch and batch do not say it all. By default nothing.
    /// </summary>
    /// <param name="place">The tensors, by names of its own; they are taken over.</param>
    public virtual void SavePlace(Weights place) { }

    /// <summary>
    /// Goes on from what <see cref="SavePlace"/> put there; called before the first batch of a resumed training.
    /// </summary>
    /// <param name="place">The tensors, which stay the checkpoint's.</param>
    public virtual void RestorePlace(Weights place) { }

    /// <summary>
    /// All samples once, unchanged and in an order that is always the same, as evaluation wants them. By default the
    /// first epoch.
    /// </summary>
    public virtual IEnumerable<Batch> All() => Epoch(0);
}
