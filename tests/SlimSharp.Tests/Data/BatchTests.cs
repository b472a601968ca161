using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Data;

public class BatchTests
{
    // Twenty images of 2×6×5… with a different byte everywhere.
    private static readonly ImageSet Set = new(
        "s",
        new Shape(3, 6, 5),
        [.. Enumerable.Range(0, 20 * 90).Select(i => (byte)(i * 37 + i / 90))],
        [.. Enumerable.Range(0, 20).Select(i => i % 4)],
        ["a", "b", "c", "d"]
    );
    private static readonly Normalization Norm = new([0.1, 0.2, 0.3], [0.5, 0.6, 0.7]);

    private static ImageBatches Batches(long seed = 1, int size = 6) => new(Set, size, Norm, new(2, true), seed);

    private static Dictionary<int, string> Images(IEnumerable<Batch> batches)
    {
        var images = new Dictionary<int, string>();
        foreach (var batch in batches)
        {
            using var scope = torch.NewDisposeScope();
            using (batch)
            {
                for (var i = 0; i < batch.Indices.Count; i++)
                {
                    images.Add(batch.Indices[i], Numbers.Hash(batch.Images[i]));
                    Assert.Equal(Set.Labels[batch.Indices[i]], Numbers.Single(batch.Labels[i]));
                }
            }
        }
        return images;
    }

    [Fact]
    public void An_epoch_shows_every_image_once_in_an_order_of_its_own()
    {
        int[] Order(long seed, int epoch) =>
            [
                .. Batches(seed)
                    .Epoch(epoch)
                    .SelectMany(b =>
                    {
                        using (b)
                        {
                            return b.Indices;
                        }
                    }),
            ];
        Assert.Equal(Enumerable.Range(0, 20), Order(1, 0).Order());
        Assert.Equal(Order(1, 0), Order(1, 0));
        Assert.NotEqual(Order(1, 0), Order(1, 1));
        Assert.NotEqual(Order(1, 0), Order(2, 0));
    }

    [Fact]
    public void Augmentation_depends_on_seed_epoch_and_image_only()
    {
        var whole = Images(Batches().Epoch(3));
        Assert.Equal(whole, Images(Batches().Epoch(3)));
        Assert.Equal(whole, Images(Batches(size: 4).Epoch(3)));
        var late = Images(Batches().Epoch(3, first: 2));
        Assert.Equal(8, late.Count);
        Assert.All(late, i => Assert.Equal(whole[i.Key], i.Value));
        Assert.NotEqual(whole, Images(Batches().Epoch(4)));
    }

    [Fact]
    public void A_crop_is_the_normalised_image_shifted_over_black_and_perhaps_mirrored() =>
        Gen.Select(Gen.Long, Gen.Int[0, 50], Gen.Int[0, 19])
            .Sample(
                (seed, epoch, index) =>
                {
                    var augmentation = new Augmentation(2, true);
                    var (down, right, mirrored) = augmentation.Draw(seed, epoch, index);
                    using var batch = new ImageBatches(Set, 1, Norm, augmentation, seed).Make([index], epoch);
                    var values = Numbers.Read(batch.Images);
                    for (var k = 0; k < 90; k++)
                    {
                        var (c, y, x) = (k / 30, k / 5 % 6, k % 5);
                        var (sy, sx) = (y + down, (mirrored ? 4 - x : x) + right);
                        var b = sy is >= 0 and < 6 && sx is >= 0 and < 5 ? Set.Image(index)[c * 30 + sy * 5 + sx] : 0;
                        if (Math.Abs(values[k] - (b / 255.0 - Norm.Mean[c]) / Norm.Deviation[c]) > 1e-6)
                            return false;
                    }
                    return Math.Abs(down) <= 2 && Math.Abs(right) <= 2;
                },
                iter: 200
            );

    [Fact]
    public void Shifts_and_mirrors_are_uniform()
    {
        var draws = Enumerable.Range(0, 50_000).Select(i => Augmentation.Published.Draw(1, 0, i)).ToArray();
        Assert.All(Enumerable.Range(-4, 9), s => Assert.Equal(50_000 / 9.0, draws.Count(d => d.Down == s), 300.0));
        Assert.All(Enumerable.Range(-4, 9), s => Assert.Equal(50_000 / 9.0, draws.Count(d => d.Right == s), 300.0));
        Assert.Equal(25_000, draws.Count(d => d.Mirrored), 500.0);
    }

    [Fact]
    public void Leaving_an_epoch_early_leaves_nothing_running()
    {
        foreach (var batch in Batches().Epoch(0))
        {
            batch.Dispose();
            break;
        }
        Assert.Equal(
            4,
            Batches()
                .Epoch(0)
                .Select(b =>
                {
                    b.Dispose();
                    return b;
                })
                .Count()
        );
    }

    [Fact]
    public void Held_out_images_are_balanced_disjoint_and_always_the_same()
    {
        var (kept, heldOut) = Set.HoldOut(0.4, 7);
        Assert.Equal((12, 8), (kept.Count, heldOut.Count));
        Assert.All(Enumerable.Range(0, 4), c => Assert.Equal(2, heldOut.Labels.Count(l => l == c)));
        Assert.Equal(heldOut.Checksum(), Set.HoldOut(0.4, 7).HeldOut.Checksum());
        var all = Enumerable
            .Range(0, 12)
            .Select(i => Convert.ToHexString(kept.Image(i)))
            .Concat(Enumerable.Range(0, 8).Select(i => Convert.ToHexString(heldOut.Image(i))));
        Assert.Equal(20, all.Distinct().Count());
    }

    [Fact]
    public void Resizing_keeps_flat_images_flat_and_means_alike() =>
        Gen.Select(Gen.Int[1, 24], Gen.Int[1, 24], Gen.Int[1, 24], Gen.Int[1, 24], Gen.Byte)
            .Sample(
                (h, w, h2, w2, shade) =>
                {
                    var flat = new ImageSet("f", new Shape(1, h, w), [.. Enumerable.Repeat(shade, h * w)], [0], ["a"]);
                    return flat.ResizedTo(h2, w2).Pixels.All(p => p == shade);
                },
                iter: 300
            );

    [Fact]
    public void Halving_averages_without_aliasing()
    {
        // A checkerboard becomes grey; every second row and column taken would give all white.
        var board = new ImageSet(
            "b",
            new Shape(1, 16, 16),
            [.. Enumerable.Range(0, 256).Select(i => (byte)((i / 16 + i) % 2 * 255))],
            [0],
            ["a"]
        );
        Assert.All(board.ResizedTo(8, 8).Pixels, p => Assert.InRange(p, 120, 135));
        Assert.Equal(Set.Pixels, Set.ResizedTo(6, 5).Pixels);
    }

    [Fact]
    public void Padding_centres_and_channels_convert()
    {
        var padded = Set.PaddedTo(8, 9);
        Assert.Equal(Set.Image(3)[7], padded.Image(3)[(1 + 1) * 9 + 2 + 2]);
        Assert.Equal(0, padded.Image(3)[0]);
        Assert.Contains("DataOptions.Size", Assert.Throws<DataException>(() => Set.PaddedTo(5, 5)).Message);
        var grey = Set.WithChannels(1);
        Assert.Equal(
            Math.Round(0.299 * Set.Image(2)[4] + 0.587 * Set.Image(2)[34] + 0.114 * Set.Image(2)[64]),
            grey.Image(2)[4]
        );
        Assert.Equal(grey.Pixels, grey.WithChannels(3).WithChannels(1).Pixels);
    }

    [Fact]
    public void Wrong_arrays_of_a_program_are_refused()
    {
        string Refusal(Shape shape, int bytes, int[] labels) =>
            Assert
                .Throws<DataException>(() => new ImageSet("mine", shape, new byte[bytes], labels, ["a", "b"]))
                .Message;
        Assert.Contains("need 8 bytes, not 7", Refusal(new(1, 2, 2), 7, [0, 1]));
        Assert.Contains("image 1 has the label 2", Refusal(new(1, 2, 2), 8, [0, 2]));
        Assert.Contains("image 0 has the label -1", Refusal(new(1, 2, 2), 4, [-1]));
        Assert.Contains("1 or 3 channels", Refusal(new(2, 2, 2), 8, [0]));
    }

    [Fact]
    public void Random_numbers_are_uniform_and_the_same_everywhere()
    {
        Assert.Equal(new Randomness(1, 2).NextBits(), new Randomness(1, 2).NextBits());
        Assert.NotEqual(new Randomness(1, 2).NextBits(), new Randomness(2, 1).NextBits());
        var random = new Randomness(3);
        var normal = Enumerable.Range(0, 100_000).Select(_ => random.NextNormal()).ToArray();
        Assert.Equal(0, normal.Average(), 0.02);
        Assert.Equal(1, normal.Average(x => x * x), 0.03);
        Assert.Equal(3, normal.Average(x => x * x * x * x), 0.2);
        var dice = Enumerable.Range(0, 60_000).Select(_ => random.Next(6)).GroupBy(x => x).Select(g => g.Count());
        Assert.All(dice, n => Assert.Equal(10_000, n, 400.0));
        Assert.Equal(Enumerable.Range(0, 50), new Randomness(9).Permutation(50).Order());
    }
}
