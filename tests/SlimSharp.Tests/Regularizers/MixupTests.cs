using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

public class MixupTests
{
    private const int Classes = 3;
    private static readonly int[] Indices = [7, 3, 11, 4, 0, 25, 18, 9];

    private static Batch Samples()
    {
        var random = new Randomness(1);
        var pixels = Enumerable.Range(0, Indices.Length * 4).Select(_ => random.NextNormal()).ToArray();
        using var wide = Numbers.Tensor(pixels, [Indices.Length, 1, 2, 2], torch.float32);
        return new(wide.clone(), torch.tensor([.. Indices.Select(i => (long)(i % Classes))]), Indices);
    }

    [Fact]
    public void Beta_variates_have_the_moments_and_the_distribution_of_beta()
    {
        // Distribution functions in closed form.
        (double Shape, Func<double, double> Function)[] known =
        [
            (0.5, x => 2 / Math.PI * Math.Asin(Math.Sqrt(x))),
            (1, x => x),
            (2, x => x * x * (3 - 2 * x)),
        ];
        const int Count = 20_000;
        double[] Drawn(double a, double b)
        {
            var random = new Randomness(5, 1);
            return [.. Enumerable.Range(0, Count).Select(_ => random.NextBeta(a, b)).Order()];
        }
        foreach (var (shape, function) in known)
        {
            var distance = Drawn(shape, shape).Select((x, i) => Math.Abs(function(x) - (i + 0.5) / Count)).Max();
            Assert.True(distance < 1.95 / Math.Sqrt(Count), $"{shape}: {distance}"); // passes 999 times in 1,000
        }
        foreach (var (a, b) in new[] { (0.1, 0.1), (0.2, 0.2), (3.0, 0.7) })
        {
            var drawn = Drawn(a, b);
            var (mean, variance) = (a / (a + b), a * b / ((a + b) * (a + b) * (a + b + 1)));
            Assert.Equal(mean, drawn.Average(), 4 * Math.Sqrt(variance / Count));
            Assert.Equal(variance, drawn.Average(x => (x - mean) * (x - mean)), 0.01);
            Assert.All(drawn, x => Assert.InRange(x, 0, 1));
        }
        // Of tiny shapes both gamma variates are below the smallest number; the share is 0 or 1, each half of the time.
        Assert.Equal(0.5, Drawn(1e-4, 1e-4).Average(), 0.02);
        Assert.Equal(0.5, Drawn(1e-308, 1e-308).Average(), 0.02);
        Assert.Equal(0.75, Drawn(3e-308, 1e-308).Average(), 0.02);
        Assert.Equal(0.899, Drawn(0.2, 0.2).Average(x => Math.Max(x, 1 - x)), 0.005);
    }

    [Fact]
    public void A_mixed_batch_and_its_loss_are_what_a_transcription_in_double_precision_computes()
    {
        using var scope = torch.NewDisposeScope();
        const double Alpha = 0.4;
        const double Smoothing = 0.1;
        var before = Samples();
        var (pixels, labels) = (Numbers.Read(before.Images), Numbers.Read(before.Labels));
        using var after = new Mixup(Alpha, Classes, 21).OnBatch(before, new(Epoch: 2, 5, 0.1, 1));

        // The definition again: per sample a weight and a key, both of (seed, epoch, index); who has the k-th key is
        // the partner of k.
        var draws = Indices
            .Select(index =>
            {
                var random = new Randomness(21, Randomness.Name("mixing"), 2, index);
                return (Key: random.NextBits(), Weight: random.NextBeta(Alpha, Alpha));
            })
            .ToArray();
        var partners = Enumerable.Range(0, Indices.Length).OrderBy(k => draws[k].Key).ToArray();
        double[] Row(double[] all, int k) => all[(4 * k)..(4 * k + 4)];
        double[] Hot(int k) => [.. Enumerable.Range(0, Classes).Select(c => labels[k] == c ? 1.0 : 0)];
        double[] Mix(int k, double[] own, double[] other) =>
            [.. own.Zip(other, (a, b) => draws[k].Weight * a + (1 - draws[k].Weight) * b)];
        var (mixed, targets) = (Numbers.Read(after.Images), Numbers.Read(after.Labels));
        for (var k = 0; k < Indices.Length; k++)
        {
            var expected = Mix(k, Row(pixels, k), Row(pixels, partners[k]));
            Assert.All(expected.Zip(mixed[(4 * k)..]), p => Assert.Equal(p.First, p.Second, 1e-6));
            Assert.All(
                Mix(k, Hot(k), Hot(partners[k])).Zip(targets[(Classes * k)..]),
                p => Assert.Equal(p.First, p.Second, 1e-6)
            );
        }
        Assert.Equal(Indices, after.Indices);
        Assert.Contains(Enumerable.Range(0, Indices.Length), k => partners[k] != k);

        // The loss as it is often written: of both labels, each by its weight.
        var logits = torch.arange(Indices.Length * Classes, torch.float64).sin().reshape(Indices.Length, Classes);
        double Loss(int k, double label)
        {
            var z = Numbers.Read(logits)[(Classes * k)..(Classes * k + Classes)];
            var log = z.Select(v => v - Math.Log(z.Sum(Math.Exp))).ToArray();
            return -(1 - Smoothing) * log[(int)label] - Smoothing / Classes * log.Sum();
        }
        var loss = Enumerable
            .Range(0, Indices.Length)
            .Average(k => draws[k].Weight * Loss(k, labels[k]) + (1 - draws[k].Weight) * Loss(k, labels[partners[k]]));
        var ours = torch.nn.functional.cross_entropy(
            logits,
            after.Labels.to(torch.float64),
            label_smoothing: Smoothing
        );
        Assert.Equal(loss, ours.item<double>(), 1e-7);
    }

    [Fact]
    public void Draws_are_functions_of_seed_epoch_and_index_whatever_else_is_in_the_batch()
    {
        var whole = Mixing.Draw(3, 1, Indices, 0.3);
        int[] turned = [.. Indices.Reverse()];
        var reversed = Mixing.Draw(3, 1, turned, 0.3);
        Assert.Equal(whole.Weights, reversed.Weights.Reverse());
        // Who is first, second, … by key is the same sample.
        Assert.Equal(whole.Second.Select(p => Indices[p]), reversed.Second.Select(p => turned[p]));
        Assert.Equal([.. Enumerable.Range(0, Indices.Length)], whole.Second.Order());
        Assert.NotEqual(whole.Weights, Mixing.Draw(3, 2, Indices, 0.3).Weights);
        Assert.NotEqual(whole.Weights, Mixing.Draw(4, 1, Indices, 0.3).Weights);
    }

    [Fact]
    public void Larger_first_is_the_swap_of_mixreg()
    {
        using var scope = torch.NewDisposeScope();
        var mixing = Mixing.Draw(3, 1, Indices, 0.3);
        var swapped = mixing.LargerFirst();
        for (var k = 0; k < Indices.Length; k++)
        {
            var (weight, partner) = (mixing.Weights[k], mixing.Second[k]);
            var expected = weight > 0.5 ? (k, partner, weight) : (partner, k, 1 - weight);
            Assert.Equal(expected, (swapped.First[k], swapped.Second[k], swapped.Weights[k]));
        }
        var values = torch.arange(Indices.Length, torch.float64);
        Assert.True(Numbers.RelativeDifference(mixing.Of(values), swapped.Of(values)) < 1e-15); // the same mixture
        Assert.Equal(swapped.First.Select(i => (double)i), Numbers.Read(swapped.FirstOf(values)));
    }

    [Fact]
    public void Mixed_batches_are_mixed_again_and_what_lies_between_two_of_nothing_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var twice = new Mixup(1, Classes, 2).OnBatch(
            new Mixup(1, Classes, 1).OnBatch(Samples(), default),
            default
        );
        Assert.All(Numbers.Read(twice.Labels.sum(1)), s => Assert.Equal(1, s, 1e-6));
        var words = new Batch(
            new Dictionary<string, torch.Tensor> { ["words"] = torch.zeros(2, 4, torch.int64) },
            new Dictionary<string, torch.Tensor>(),
            [0, 1]
        );
        Assert.Contains(
            "Mixup mixes 'words'",
            Assert.Throws<TrainingException>(() => new Mixup(1, Classes).OnBatch(words, default)).Message
        );
        var far = Assert.Throws<TrainingException>(() => new Mixup(1, 2).OnBatch(Samples(), default));
        Assert.Contains("tells 2 classes apart", far.Message);
    }

    [Fact]
    public void Training_with_mixup_has_the_same_bits_on_any_number_of_threads_and_counts_the_larger_label()
    {
        var set = DataSource
            .Read(new() { Path = Machine.SamplePath, Validation = 0 })
            .Train!.Subset([.. Enumerable.Range(0, 96)]);
        string[] Run(int threads)
        {
            var before = Threads.Count;
            try
            {
                Threads.Count = threads;
                var batch = ImageBatches.InOrder(set, Normalization.Of(set)).Make([.. Enumerable.Range(0, 96)]);
                using var mixed = new Mixup(0.3, 10, 4).OnBatch(batch, default);
                return [Numbers.Hash(mixed.Images), Numbers.Hash(mixed.Labels)];
            }
            finally
            {
                Threads.Count = before;
            }
        }
        Assert.Equal(Run(1), Run(2));
        using var model = new Model(Vgg.Create("tiny", [6, 0, 8], 10, set.Shape), 5);
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 32,
            LabelSmoothing = 0.1,
        };
        var end = new Trainer(options, new Mixup(0.2, 10, 5)).Train(model, set, null, Normalization.Of(set));
        Assert.InRange(end.History[^1].TrainAccuracy!.Value, 0.1, 1);
        Assert.True(end.History[^1].TrainLoss < end.History[0].TrainLoss);
    }
}
