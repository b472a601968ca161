using System.Runtime.InteropServices;
using System.Threading.Channels;
using TorchSharp;

namespace SlimSharp.Data;

/// <summary>Batches of a set, made ahead on a thread of their own.</summary>
/// <param name="Set">The images.</param>
/// <param name="Size">Images per batch; the last may be smaller.</param>
/// <param name="Normalization">From bytes to numbers.</param>
/// <param name="Augmentation">Random changes.</param>
/// <param name="Seed">What order and changes are a function of, with the epoch.</param>
public sealed record Batches(ImageSet Set, int Size, Normalization Normalization, Augmentation Augmentation, long Seed)
{
    private const int Ahead = 3;

    /// <summary>Batches for evaluation: no change, in the order of the set.</summary>
    public static Batches InOrder(ImageSet set, Normalization normalization, int size = 250) =>
        new(set, size, normalization, Augmentation.None, 0);

    /// <summary>Batches per epoch.</summary>
    public int Count => (Set.Count + Size - 1) / Size;

    /// <summary>The batches of a training epoch, shuffled, from batch <paramref name="first"/> on.</summary>
    public IEnumerable<Batch> Epoch(int epoch, int first = 0)
    {
        var order = new Randomness(Seed, Randomness.Name("shuffle"), epoch).Permutation(Set.Count);
        return Prefetch(order, epoch, first);
    }

    /// <summary>All batches in the order of the set.</summary>
    public IEnumerable<Batch> All() => Prefetch([.. Enumerable.Range(0, Set.Count)], 0, 0);

    /// <summary>One batch of these images; the caller disposes it.</summary>
    public Batch Make(int[] indices, int epoch = 0)
    {
        var images = torch.empty(Set.Shape.Sizes(indices.Length), torch.float32);
        var labels = torch.empty(indices.Length, torch.int64);
        var pixels = MemoryMarshal.Cast<byte, float>(images.bytes);
        var classes = MemoryMarshal.Cast<byte, long>(labels.bytes);
        var table = Normalization.Table();
        for (var i = 0; i < indices.Length; i++)
        {
            classes[i] = Set.Labels[indices[i]];
            var target = pixels.Slice((int)(i * Set.Shape.Count), (int)Set.Shape.Count);
            Fill(Set.Image(indices[i]), target, table, Augmentation.Draw(Seed, epoch, indices[i]));
        }
        return new(images, labels, indices);
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
            for (var at = first * Size; at < order.Length && !stop.IsCancellationRequested; at += Size)
            {
                var batch = Make(order[at..Math.Min(at + Size, order.Length)], epoch);
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
        var (height, width) = (Set.Shape.Height, Set.Shape.Width);
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
