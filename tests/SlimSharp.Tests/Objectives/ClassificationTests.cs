using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Objectives;

public class ClassificationTests
{
    // −Σ q·log softmax, with q the smoothed label.
    private static double CrossEntropy(double[] logits, int label, double smoothing)
    {
        var log = Math.Log(logits.Sum(Math.Exp));
        return -logits
            .Select((z, c) => (smoothing / logits.Length + (c == label ? 1 - smoothing : 0)) * (z - log))
            .Sum();
    }

    private static double Mean(torch.Tensor logits, torch.Tensor labels, double smoothing)
    {
        var (z, y) = (Numbers.Read(logits), labels.data<long>().ToArray());
        return y.Select((label, i) => CrossEntropy(z[(3 * i)..(3 * i + 3)], (int)label, smoothing)).Average();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void The_loss_is_the_cross_entropy_of_every_output_and_smoothing_is_for_training_alone(double smoothing)
    {
        using var scope = torch.NewDisposeScope();
        var objective = new Classification { LabelSmoothing = smoothing };
        using var model = Samples.Model(Samples.Twofold());
        var (common, own) = (Samples.Classes(3, 6, 3), Samples.Classes(4, 6, 3));
        using var batch = new Batch(
            Samples.Named(("x", Samples.Normal(2, 6, Samples.Inputs))),
            Samples.Named((Batch.Label, common), ("other", own)),
            [0, 1, 2, 3, 4, 5]
        );
        var values = model.Run(batch.InputsFor(model), mode: RunMode.Evaluation);
        double Expected(double share) => Mean(values["one"], common, share) + Mean(values["other"], own, share);
        Assert.Equal(Expected(smoothing), Numbers.Single(objective.Loss(model.Network, batch, values)), 1e-12);
        Assert.Equal(Expected(0), Numbers.Single(objective.EvaluationLoss(model.Network, batch, values)), 1e-12);
        var sums = new double[3];
        objective.AddMeasures(model.Network, batch, values, sums);
        int Hits(string output, torch.Tensor labels) => (int)values[output].argmax(1).eq(labels).sum().item<long>();
        Assert.Equal([(Hits("one", common) + Hits("other", own)) / 2.0, Hits("one", common), Hits("other", own)], sums);
        Assert.Equal(
            ["accuracy", "accuracy one", "accuracy other"],
            objective.Measures(model.Network).Select(m => m.Name)
        );
    }

    [Fact]
    public void Every_output_is_trained()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Samples.Model(Samples.Twofold());
        var x = Samples.Normal(2, 64, Samples.Inputs);
        var source = new TensorBatches(
            "mine",
            Samples.Named(("x", x)),
            Samples.Named(("one", x.narrow(1, 0, 3).argmax(1)), ("other", x.narrow(1, 2, 3).argmax(1))),
            8
        );
        var end = new Trainer(Samples.Options(epochs: 40)).Train(model, source, source);
        var last = end.History[^1];
        Assert.True(last.Validation!["accuracy one"] > 0.9, $"{last.Validation["accuracy one"]}");
        Assert.True(last.Validation["accuracy other"] > 0.9, $"{last.Validation["accuracy other"]}");
        Assert.Equal(
            (last.Validation["accuracy one"] + last.Validation["accuracy other"]) / 2,
            last.ValidationAccuracy!.Value,
            12
        );
        Assert.Equal(end.Best, end.History.Max(m => m.ValidationAccuracy));
        var score = Evaluation.Of(model, source, new Classification());
        Assert.Equal(last.ValidationLoss!.Value, score.Loss, 12);
        Assert.Equal(last.Validation, score.Measures);
    }

    [Fact]
    public void Labels_that_are_none_are_said_and_narrow_whole_numbers_are_taken()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Samples.Model(Samples.Single());
        using var other = Samples.Model(Samples.Single(5), seed: 3);
        var (x, labels) = (Samples.Normal(2, 8, Samples.Inputs), Samples.Classes(3, 8, 3));
        TrainingPosition Train(torch.Tensor given, params Regularizer[] methods)
        {
            var source = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named((Batch.Label, given)), 8);
            return new Trainer(Samples.Options(), methods).Train(model, source);
        }
        (torch.Tensor Labels, string Words)[] wrong =
        [
            (labels + 1, "A label is 3, but classes are from 0 to 2"),
            (labels - 1, "A label is -1, but"),
            (torch.full_like(labels, -100), "A label is -100, but"), // which libtorch would leave out
            (labels.unsqueeze(1), "are 8×1 of Int64, but must be N whole numbers, or 8×3 probabilities"),
            (labels.to(torch.float32), "are 8 of Float32"),
            (torch.ones(8, 4), "are 8×4 of Float32"),
        ];
        foreach (var (given, words) in wrong)
            Assert.Contains(words, Assert.Throws<DataException>(() => Train(given)).Message);
        foreach (var given in new[] { labels - 3, labels + 3 })
            Assert.ThrowsAny<SlimSharpException>(() => Train(given, new Mixup(1, 3)));
        Assert.Equal(2, Train(labels.to(torch.int32)).History.Length);
        var shapes = Assert.Throws<TrainingException>(() => Train(labels, new Distillation(other))).Message;
        Assert.Contains("only outputs of one shape can be learned from", shapes);
    }

    [Fact]
    public void What_is_missing_or_does_not_fit_is_said()
    {
        var network = Samples.Twofold(others: 4);
        Assert.Contains("outputs of different lengths", Classification.NoClasses(network));
        using var x = Samples.Normal(2, 4, Samples.Inputs);
        var bare = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named(), 2);
        var sentence = Assert.Throws<DataException>(() => new Classification().Check(Samples.Single(), bare)).Message;
        Assert.Contains("mine: there is no target 'label'", sentence);
        var set = new ImageSet("pictures", new Shape(1, 4, 4), new byte[64]);
        var b = new NetworkBuilder("net", set.Shape);
        var images = b.Build(b.Linear("one", b.Flatten("flat", b.Input), 3));
        sentence = Assert
            .Throws<DataException>(() =>
                new Classification().Check(images, ImageBatches.InOrder(set, Normalization.Unit(1)))
            )
            .Message;
        Assert.Contains("pictures: its images have no labels", sentence);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Classification { LabelSmoothing = 1 });
    }
}
