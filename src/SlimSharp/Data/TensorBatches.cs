using TorchSharp;

namespace SlimSharp.Data;

/// <summary>Batches of tensors in memory, shuffled by seed and epoch: any inputs, any targets.</summary>
public sealed class TensorBatches : BatchSource
{
    private readonly IReadOnlyDictionary<string, torch.Tensor> _inputs;
    private readonly IReadOnlyDictionary<string, torch.Tensor> _targets;
    private readonly int _size;
    private readonly long _seed;

    /// <summary>Batches of these tensors, which stay the caller's.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="inputs">By name, N×…</param>
    /// <param name="targets">By name, N×…; none where the objective needs none.</param>
    /// <param name="size">Samples per batch; the last may be smaller.</param>
    /// <param name="seed">What the order is a function of, with the epoch.</param>
    /// <exception cref="DataException">There are no inputs, or tensors differ in their number of samples.</exception>
    public TensorBatches(
        string name,
        IReadOnlyDictionary<string, torch.Tensor> inputs,
        IReadOnlyDictionary<string, torch.Tensor> targets,
        int size,
        long seed = 0
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        (Name, _inputs, _targets, _size, _seed) = (name, inputs, targets, size, seed);
        if (inputs.Count == 0)
            throw new DataException($"{name}: there is no input.");
        Count = (int)inputs.Values.First().size(0);
        foreach (var (key, tensor) in inputs.Concat(targets))
        {
            if (tensor.dim() == 0 || tensor.size(0) != Count)
                throw new DataException(
                    $"{name}: '{key}' is {string.Join('×', tensor.shape)}, but its first dimension must be that of the {Count} samples."
                );
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>
    /// Whether a last batch of one sample is left out of an epoch: it may have no variance for BatchNorm to take.
    /// </summary>
    public bool LeavesOutSingle { get; init; }

    /// <inheritdoc/>
    public override int BatchCount => BatchesOf(Count, _size, LeavesOutSingle);

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Targets => [.. _targets.Keys];

    /// <inheritdoc/>
    public override IEnumerable<Batch> Epoch(int epoch, int first = 0) =>
        Cut(new Randomness(_seed, Randomness.Name("shuffle"), epoch).Permutation(Count))
            .Take(BatchCount)
            .Skip(first)
            .Select(Make);

    /// <inheritdoc/>
    public override IEnumerable<Batch> All() => Cut([.. Enumerable.Range(0, Count)]).Select(Make);

    private IEnumerable<int[]> Cut(int[] order) => order.Chunk(_size);

    private Batch Make(int[] indices)
    {
        using var rows = torch.tensor(indices, torch.int64);
        Dictionary<string, torch.Tensor> Rows(IReadOnlyDictionary<string, torch.Tensor> all) =>
            all.ToDictionary(
                t => t.Key,
                t =>
                {
                    using var there = rows.to(t.Value.device);
                    return t.Value.index_select(0, there);
                }
            );
        return new(Rows(_inputs), Rows(_targets), indices);
    }
}
