using System.Runtime.InteropServices;
using System.Threading.Channels;
using TorchSharp;

namespace SlimSharp.Data;

/// <summary>Batches of a set of images, made ahead on a thread of their own.</summary>
/// <param name="set">The images.</param>
/// <param name="size">Images per batch; the last may be smaller.</param>
/// <param name="normalization">From bytes to numbers.</param>
/// <param name="augmentation">Random changes.</param>
/// <param name="seed">What order and changes are a function of, with the epoch.</param>
public sealed class ImageBatches(
    ImageSet set,
    int size,
    Normalization normalization,
    Augmentation augmentation,
    long seed
) : BatchSource
{
    private const int Ahead = 3;

    /// <summary>Batches for evaluation: no change, in the order of the set.</summary>
    public static ImageBatches InOrder(ImageSet set, Normalization normalization, int size = 250) =>
        new(set, size, normalization, Augmentation.None, 0);

    /// <summary>The images.</summary>
    public ImageSet Set => set;

    /// <summary>
    /// Whether a last batch of one image is left out of an epoch: it has no variance for BatchNorm to take.
    /// </summary>
    public bool LeavesOutSingle { get; init; }

    /// <inheritdoc/>
    public override string Name => set.Name;

    /// <inheritdoc/>
    public override int Count => set.Count;

    /// <inheritdoc/>
    public override int BatchCount => BatchesOf(set.Count, size, LeavesOutSingle);

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> Targets => set.HasLabels ? [Batch.Label] : [];

    /// <summary>The batches of a training epoch, shuffled, from batch <paramref name="first"/> on.</summary>
    public override IEnumerable<Batch> Epoch(int epoch, int first = 0)
    {
        var order = new Randomness(seed, Randomness.Name("shuffle"), epoch).Permutation(set.Count);
        return Prefetch(order, epoch, first).Take(BatchCount - first);
    }

    /// <summary>All batches in the order of the set, unchanged but for the normalisation.</summary>
    public override IEnumerable<Batch> All() =>
        augmentation == Augmentation.None
            ? Prefetch([.. Enumerable.Range(0, set.Count)], 0, 0)
            : InOrder(set, normalization, size).All();

    /// <summary>One batch of these images; the caller disposes it.</summary>
    public Batch Make(int[] indices, int epoch = 0)
    {
        var images = torch.empty(set.Shape.Sizes(indices.Length), torch.float32);
        var table = normalization.Table();
        void One(int i, Span<byte> bytes)
        {
            var pixels = MemoryMarshal.Cast<byte, float>(bytes);
            var target = pixels.Slice((int)(i * set.Shape.Count), (int)set.Shape.Count);
            Fill(set.Image(indices[i]), target, table, augmentation.Draw(seed, epoch, indices[i]));
        }
        if (set.IsInMemory)
        {
            var bytes = images.bytes;
            for (var i = 0; i < indices.Length; i++)
                One(i, bytes);
        }
        else // decoding is the most of it
            Parallel.For(0, indices.Length, Threads.ParallelUntil(default), i => One(i, images.bytes));
        return set.HasLabels
            ? new(images, Labels(indices), indices)
            : new(
                new Dictionary<string, torch.Tensor> { [Batch.Image] = images },
                new Dictionary<string, torch.Tensor>(),
                indices
            );
    }

    private torch.Tensor Labels(int[] indices)
    {
        var labels = torch.empty(indices.Length, torch.int64);
        var classes = MemoryMarshal.Cast<byte, long>(labels.bytes);
        for (var i = 0; i < indices.Length; i++)
            classes[i] = set.Labels[indices[i]];
        return labels;
    }

    private IEnumerable<Batch> Prefetch(int[] order, int epoch, int first)
    {
        using var stop = new CancellationTokenSource();
        var made = Channel.CreateBounded<Batch>(Ahead);
        var producer = Task.Run(() => Produce(order, epoch, first, made.Writer, stop.Token), CancellationToken.None);
        try
        {
            while (made.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                if (made.Reader.TryRead(out var batch))
                    yield return batch;
            }
        }
        finally
        {
            stop.Cancel();
            producer.GetAwaiter().GetResult();
            while (made.Reader.TryRead(out var unread))
                unread.Dispose();
        }
    }

    private async Task Produce(int[] order, int epoch, int first, ChannelWriter<Batch> made, CancellationToken stop)
    {
        try
        {
            for (var at = first * size; at < order.Length && !stop.IsCancellationRequested; at += size)
            {
                var batch = Make(order[at..Math.Min(at + size, order.Length)], epoch);
                try
                {
                    await made.WriteAsync(batch, stop).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    batch.Dispose();
                }
            }
            made.Complete();
        }
        catch (Exception e)
        {
            made.Complete(e);
        }
    }

    // Rows and columns that come from outside the image are black.
    private void Fill(
        ReadOnlySpan<byte> image,
        Span<float> target,
        float[][] table,
        (int Down, int Right, bool Mirrored) change
    )
    {
        var (height, width) = (set.Shape.Height, set.Shape.Width);
        for (var c = 0; c < table.Length; c++)
        {
            var values = table[c];
            for (var y = 0; y < height; y++)
            {
                var row = target.Slice((c * height + y) * width, width);
                var sourceY = y + change.Down;
                if (sourceY < 0 || sourceY >= height)
                {
                    row.Fill(values[0]);
                    continue;
                }
                var source = image.Slice((c * height + sourceY) * width, width);
                for (var x = 0; x < width; x++)
                {
                    var sourceX = (change.Mirrored ? width - 1 - x : x) + change.Right;
                    row[x] = (uint)sourceX < (uint)width ? values[source[sourceX]] : values[0];
                }
            }
        }
    }
}
