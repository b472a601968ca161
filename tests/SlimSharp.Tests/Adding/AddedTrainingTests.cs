using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Adding;

/// <summary>The method, optimiser rule, learning rate and objective of the pages on adding train models.</summary>
public class AddedTrainingTests
{
    private static readonly Network Network = Vgg.Create("tiny", [4, 0, 6], 3, new Shape(1, 8, 8));
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 2,
        BatchSize = 8,
        LearningRate = new StepDecay { Initial = 0.05 },
        Optimizer = new Sgd { WeightDecay = 0 },
        Seed = 3,
    };

    // 32 images in three classes, of which each is brighter in another part.
    private static TensorBatches Images()
    {
        var random = new Randomness(5);
        var labels = Enumerable.Range(0, 32).Select(i => (long)i % 3).ToArray();
        double[] pixels =
        [
            .. labels.SelectMany(l => Enumerable.Range(0, 64).Select(p => random.NextNormal() + (p / 22 == l ? 2 : 0))),
        ];
        return new(
            "images",
            new Dictionary<string, torch.Tensor> { ["x"] = Numbers.Tensor(pixels, [32, 1, 8, 8], torch.float32) },
            new Dictionary<string, torch.Tensor> { [Batch.Label] = torch.tensor(labels) },
            size: 8
        );
    }

    private static string Train(
        TrainingOptions options,
        Func<Model, Regularizer[]> methods,
        out TrainingPosition end,
        List<Checkpoint>? checkpoints = null,
        Checkpoint? from = null
    )
    {
        using var model = new Model(Network, 1);
        using var set = new RegularizerSet(methods(model));
        var trainer = new Trainer(options, set) { Save = c => checkpoints?.Add(c.Copy()), SaveEvery = TimeSpan.Zero };
        end = trainer.Train(model, Images(), from: from);
        using var weights = model.CopyWeights();
        return weights.Hash();
    }

    private static Regularizer[] Lookahead(Model model, string parameters)
    {
        var take = new TextArguments("The regulariser", $"lookahead:{parameters}", parameters);
        return [Rows.Methods[0].Read(take)(new(model, Options, 32))];
    }

    [Fact]
    public void The_method_of_the_page_resumes_from_any_checkpoint_to_the_same_bits()
    {
        var checkpoints = new List<Checkpoint>();
        Assert.All(
            [m => Lookahead(m, "every=3,share=0.25"), Rows.Resumed["lookahead"]],
            (Func<Model, Regularizer[]> methods) =>
            {
                checkpoints.Clear();
                var whole = Train(Options, methods, out var end, checkpoints);
                Assert.Equal(8, checkpoints.Count);
                foreach (var checkpoint in checkpoints)
                    Assert.Equal(whole, Train(Options, methods, out _, from: checkpoint));
                Assert.NotEqual(whole, Train(Options, _ => [], out _));
            }
        );
    }

    [Fact]
    public void The_method_of_the_page_goes_as_far_as_its_share_of_the_way()
    {
        var options = Options with { Epochs = 1, BatchSize = 32 };
        double[] After(Func<Model, Regularizer[]> methods)
        {
            using var model = new Model(Network, 1);
            using var set = new RegularizerSet(methods(model));
            using var images = Images().All().First(); // one step on eight of them
            var source = new TensorBatches("one", images.Inputs, images.Targets, 8);
            new Trainer(options, set).Train(model, source);
            return Numbers.Read(model["classifier.weight"]);
        }
        using var start = new Model(Network, 1);
        var before = Numbers.Read(start["classifier.weight"]);
        var (alone, quarter) = (After(_ => []), After(m => Lookahead(m, "every=1,share=0.25")));
        Assert.Equal(alone, After(m => Lookahead(m, "every=1,share=1")));
        for (var i = 0; i < before.Length; i++)
            Assert.Equal(before[i] + 0.25 * (alone[i] - before[i]), quarter[i], 1e-7);
    }

    private static LionSign Lion(string parameters) =>
        (LionSign)Rows.Rules[0].Read(new("The rule", $"lion:{parameters}", parameters));

    [Fact]
    public void The_optimiser_rule_of_the_page_lowers_a_loss_in_a_chain_and_resumes_to_the_same_bits()
    {
        var options = Options with
        {
            Epochs = 20,
            LearningRate = new StepDecay { Initial = 0.03 },
            Optimizer = new OptimizerChain(new Clipping(1), Lion("beta1=0.8"), new WeightDecay(0.1)),
        };
        Assert.Equal("clip:norm=1 lion:beta1=0.8,beta2=0.99 decay:strength=0.1", $"{options.Optimizer}");
        var checkpoints = new List<Checkpoint>();
        var whole = Train(options, _ => [], out var end, checkpoints);
        Assert.True(end.History[^1].TrainLoss < 0.5 * end.History[0].TrainLoss, $"{end.History[^1].TrainLoss}");
        Assert.Equal(whole, Train(options, _ => [], out _, from: checkpoints[13]));
        Assert.Contains("lion.classifier.weight", checkpoints[0].Optimizer.Names);
    }

    [Fact]
    public void The_optimiser_rule_of_the_page_is_lion_as_it_is_published()
    {
        using var scope = torch.NewDisposeScope();
        var lion = Lion("beta1=0.8,beta2=0.6");
        double[][] gradients =
        [
            [1, -2, 0.1],
            [-3, 1, 0],
            [0.5, 0, -0.2],
        ];
        var w = torch.zeros(3, torch.float64);
        var memory = torch.zeros(3, torch.float64);
        var (expected, mean) = (new double[3], new double[3]);
        foreach (var (gradient, step) in gradients.Select((g, i) => (g, i + 1)))
        {
            var optimizer = new OptimizerChain(lion);
            optimizer.Step([new(w, torch.tensor(gradient), [memory], optimizer.For("w", null))], 0.5, step);
            for (var i = 0; i < 3; i++)
            {
                expected[i] -= 0.5 * Math.Sign(0.8 * mean[i] + 0.2 * gradient[i]);
                mean[i] = 0.6 * mean[i] + 0.4 * gradient[i];
            }
        }
        Assert.Equal(expected, Numbers.Read(w));
        Assert.All(Numbers.Read(memory).Zip(mean), p => Assert.Equal(p.Second, p.First, 1e-15));
        Assert.Throws<TrainingException>(() => (lion with { Beta1 = 1 }).Check());
    }

    [Fact]
    public void The_learning_rate_of_the_page_is_what_training_goes_by()
    {
        var rate = new PolynomialDecay
        {
            Initial = 0.2,
            Power = 2,
            WarmUp = 0.2,
        };
        double[] at = [0.1, 0.2, 0.6, 1];
        Assert.Equal([0.1, 0.2, 0.05, 0], at.Select(p => Math.Round(rate.At(p), 12)));
        Train(Options with { LearningRate = rate with { WarmUp = 0 } }, _ => [], out var end);
        // After three of four steps of the last of two epochs, 7/8 are done.
        Assert.Equal(0.2 / 64, end.History[^1].LearningRate, 1e-12);
    }

    [Fact]
    public void The_objective_of_the_page_trains_a_network_to_tell_the_pixels_of_classes_apart()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("pixels", new Shape(1, 6, 6));
        using var model = new Model(b.Build(b.Convolution("classes", b.ConvBnRelu("a", b.Input, 6), 2, kernel: 1)), 1);
        var random = new Randomness(7);
        var x = Numbers.Tensor(
            [.. Enumerable.Range(0, 16 * 36).Select(_ => random.NextNormal())],
            [16, 1, 6, 6],
            torch.float32
        );
        using Scalar zero = 0.0;
        var mask = x.squeeze(1).gt(zero).to(torch.int64);
        TensorBatches Source(string target) =>
            new(
                "pixels",
                new Dictionary<string, torch.Tensor> { ["x"] = x },
                new Dictionary<string, torch.Tensor> { [target] = mask },
                8
            );
        var source = Source(Segmentation.Mask);
        var options = Options with { Epochs = 40 };
        var trainer = new Trainer(options) { Objective = new Segmentation() };
        var last = trainer.Train(model, source, source).History[^1];
        Assert.True(last.Validation!["pixel accuracy"] > 0.97, $"{last.Validation["pixel accuracy"]}");
        model.eval();
        var logits = model.forward(x);
        var hits = logits[.., 1].gt(logits[.., 0]).to(torch.int64).eq(mask).to(torch.float64).mean();
        Assert.Equal(Numbers.Single(hits), last.Validation["pixel accuracy"], 1e-12);
        Assert.Contains(
            "no target 'mask'",
            Assert.Throws<DataException>(() => trainer.Train(model, Source("label"))).Message
        );
        using var classifier = new Model(Network, 1);
        Assert.Contains(
            "one output, an image",
            Assert.Throws<DataException>(() => trainer.Train(classifier, source)).Message
        );
    }
}
