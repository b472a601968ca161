using TorchSharp;

namespace SlimSharp.Formats;

/// <summary>A tensor as a view of a storage.</summary>
/// <param name="Storage">The numbers.</param>
/// <param name="Offset">Where it begins, in elements.</param>
/// <param name="Sizes">Its dimensions.</param>
/// <param name="Distances">The distance of neighbours along each dimension, in elements.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Sizes, long[] Distances)
{
    internal static PickledTensor Of(object?[] arguments) =>
        arguments is [PickledStorage storage, long offset, object?[] sizes, object?[] distances, ..]
            ? new(storage, offset, [.. sizes.Select(s => (long)s!)], [.. distances.Select(s => (long)s!)])
            : throw new InvalidDataException("a tensor is not written as state dicts write them");

    /// <summary>The tensor, contiguous; the caller disposes it.</summary>
    /// <exception cref="InvalidDataException">It reaches beyond its storage.</exception>
    internal torch.Tensor ToTensor(ReadBudget budget)
    {
        var count = Sizes.Aggregate(1.0, (a, b) => a * b);
        var last = Offset + Sizes.Zip(Distances, (n, s) => (double)(n - 1) * s).Sum();
        if (
            Sizes.Length != Distances.Length
            || Sizes.Any(n => n < 0)
            || Distances.Any(s => s < 0)
            || Offset < 0
            || count * Storage.Width > Storage.Bytes.Length // distances of 0 would let a few bytes fill any memory
            || (count > 0 && (last + 1) * Storage.Width > Storage.Bytes.Length)
        )
            throw new InvalidDataException(
                $"a tensor of {string.Join('×', Sizes)} reaches beyond its storage '{Storage.Key}'"
            );
        budget.Take((long)count, Storage.Width, "the tensors in it");
        using var view = Storage.Whole(budget).as_strided(Sizes, Distances, Offset);
        using var copy = view.clone();
        return copy.contiguous();
    }
}
