using SlimSharp.Models;
using TorchSharp;

namespace SlimSharp.Regularizers;

/// <summary>
/// Which samples of a batch are mixed with which, and how: sample k of the mixed batch is w·first + (1 − w)·second.
/// Each sample's weight and its partner's place are drawn from a sequence of its own, which is a function of seed,
/// epoch and the sample's index.
/// </summary>
public sealed class Mixing
{
    private Mixing(int[] first, int[] second, double[] weights) => (First, Second, Weights) = (first, second, weights);

    /// <summary>The places in the batch of the samples that count by their weight.</summary>
    public IReadOnlyList<int> First { get; }

    /// <summary>The places in the batch of those that count by the rest.</summary>
    public IReadOnlyList<int> Second { get; }

    /// <summary>The weight of the first of each pair, in [0, 1].</summary>
    public IReadOnlyList<double> Weights { get; }

    /// <summary>
    /// Draws a mixing: weights from Beta(α, α), and as partners a uniformly random order of the batch (Zhang, Cissé,
    /// Dauphin and Lopez-Paz, ICLR 2018; there one weight for a whole batch, here one for each sample).
    /// </summary>
    /// <param name="seed">What random numbers are a function of.</param>
    /// <param name="epoch">With this.</param>
    /// <param name="indices">And with the index of each sample in its source.</param>
    /// <param name="alpha">α > 0: small ones leave most samples nearly as they are, 1 draws uniformly.</param>
    public static Mixing Draw(long seed, int epoch, IReadOnlyList<int> indices, double alpha)
    {
        var (keys, weights) = (new ulong[indices.Count], new double[indices.Count]);
        for (var k = 0; k < indices.Count; k++)
        {
            var random = new Randomness(seed, Randomness.Name("mixing"), epoch, indices[k]);
            (keys[k], weights[k]) = (random.NextBits(), random.NextBeta(alpha, alpha));
        }
        int[] places = [.. Enumerable.Range(0, indices.Count)];
        return new(places, [.. places.OrderBy(k => keys[k])], weights);
    }

    /// <summary>
    /// The same pairs, each with the sample first that has the larger weight, so that weights are at least ½, as mixreg
    /// has it (Wang, Kang, Shao and Feng, NeurIPS 2020): what cannot be mixed, such as an action, is that of the first.
    /// </summary>
    public Mixing LargerFirst()
    {
        var isFirst = Weights.Select(w => w > 0.5).ToArray();
        int[] Chosen(IReadOnlyList<int> those, IReadOnlyList<int> others) =>
            [.. isFirst.Select((first, k) => first ? those[k] : others[k])];
        return new(Chosen(First, Second), Chosen(Second, First), [.. Weights.Select(w => Math.Max(w, 1 - w))]);
    }

    /// <summary>The mixed samples of a floating-point tensor of N×…; the caller disposes them.</summary>
    public torch.Tensor Of(torch.Tensor samples)
    {
        using var scope = torch.NewDisposeScope();
        long[] column = [Weights.Count, .. Enumerable.Repeat(1L, (int)samples.dim() - 1)];
        var weights = Numbers.Tensor([.. Weights], column, samples.dtype).to(samples.device);
        var rest = Numbers.Tensor([.. Weights.Select(w => 1 - w)], column, samples.dtype).to(samples.device);
        return Taken(samples, First)
            .mul(weights)
            .addcmul_(Taken(samples, Second), rest, Scalars.One)
            .MoveToOuterDisposeScope();
    }

    /// <summary>For each mixed sample the first of its pair, of a tensor of N×…; the caller disposes them.</summary>
    public torch.Tensor FirstOf(torch.Tensor samples) => Taken(samples, First);

    private static torch.Tensor Taken(torch.Tensor samples, IReadOnlyList<int> places)
    {
        using var index = torch.tensor([.. places.Select(p => (long)p)]);
        using var there = index.to(samples.device);
        return samples.index_select(0, there);
    }
}
