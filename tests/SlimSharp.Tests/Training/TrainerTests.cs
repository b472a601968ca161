using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Training;

public class TrainerTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 200)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Network = Vgg.Create("tiny", [6, 0, 8, 0, 8], 10, new Shape(1, 28, 28));
    private static readonly TrainingOptions Options = new()
    {
        Epochs = 3,
        BatchSize = 32,
        Augmentation = new(2, true),
        Seed = 5,
    };

    private static string Train(TrainingOptions options, long seed = 5, Optimizer? rule = null)
    {
        using var model = new Model(Network, seed);
        using var penalty = new ScalePenalty(new TransformedL1(1), 1e-3);
        new Trainer(options with { Optimizer = rule ?? options.Optimizer }, penalty).Train(model, Set, Set, Norm);
        using var weights = model.CopyWeights();
        return weights.Hash();
    }

    [Fact]
    public void Two_runs_with_one_seed_agree_to_the_bit_and_other_seeds_differ()
    {
        Assert.Equal(Train(Options), Train(Options));
        Assert.NotEqual(Train(Options), Train(Options with { Seed = 6 }));
        Assert.NotEqual(Train(Options), Train(Options, seed: 6));
    }

    [Theory]
    [InlineData("sgd")]
    [InlineData("adamw")]
    [InlineData(
        "freeze:of=block1.* clip:norm=1 decay:strength=1e-3,of=!scale momentum:share=0.5 momentum:share=0.8,of=weight rate:factor=0.5,of=bias"
    )]
    [InlineData("adam decay:strength=0.01,of=weight")]
    public void A_run_resumed_from_any_checkpoint_has_the_bits_of_one_never_stopped(string rule)
    {
        var optimizer = Optimizer.Parse(rule);
        var options = Options with
        {
            Optimizer = optimizer,
            KeepBest = true,
            LearningRate = new CosineDecay
            {
                Initial = rule.StartsWith("adam", StringComparison.Ordinal) ? 0.001 : 0.1,
            },
        };
        var checkpoints = new List<Checkpoint>();
        using var whole = new Model(Network, 5);
        using var penalty = new ScalePenalty(new TransformedL1(1), 1e-3);
        var end = new Trainer(options, penalty)
        {
            Save = c => checkpoints.Add(c.Copy()),
            SaveEvery = TimeSpan.Zero,
        }.Train(whole, Set, Set, Norm);
        using var expected = whole.CopyWeights();
        Assert.True(checkpoints.Count > 15);
        foreach (var checkpoint in checkpoints.Where((_, i) => i % 4 == 1).Append(checkpoints[^1]))
        {
            using var model = new Model(Network, 99);
            var position = new Trainer(options, penalty).Train(model, Set, Set, Norm, checkpoint);
            using var resumed = model.CopyWeights();
            Assert.Equal(expected.Hash(), resumed.Hash());
            Assert.Equal(
                end.History.Select(m => JsonSerializer.Serialize(m with { Seconds = 0 })),
                position.History.Select(m => JsonSerializer.Serialize(m with { Seconds = 0 }))
            );
        }
    }

    [Fact]
    public void A_stopped_run_leaves_a_checkpoint_at_once()
    {
        using var stop = new CancellationTokenSource();
        Checkpoint? last = null;
        using var model = new Model(Network);
        var trainer = new Trainer(Options)
        {
            Save = c => last = c.Copy(),
            Progress = new Reporter(p =>
            {
                if (p.Epoch == 1 && p.Batch == 2)
                    stop.Cancel();
            }),
        };
        Assert.Throws<OperationCanceledException>(() => trainer.Train(model, Set, null, Norm, stop: stop.Token));
        Assert.Equal((1, 2), (last!.Position.Epoch, last.Position.Batch));
    }

    [Fact]
    public void Learning_happens_and_a_penalty_shrinks_scales()
    {
        double[] Scales(double lambda, out double accuracy)
        {
            using var model = new Model(Network);
            var options = Options with
            {
                Epochs = 20,
                BatchSize = 10,
                LearningRate = new StepDecay { Initial = 0.05 },
            };
            var position = new Trainer(options, lambda > 0 ? [new ScalePenalty(new L1(), lambda)] : []).Train(
                model,
                Set,
                null,
                Norm
            );
            accuracy = position.History[^1].TrainAccuracy!.Value;
            return BatchNormScales.Values(model);
        }
        var without = Scales(0, out var accuracy);
        Assert.True(accuracy > 0.5, $"{accuracy}");
        Assert.True(Scales(0.01, out _).Sum(Math.Abs) < 0.7 * without.Sum(Math.Abs));
    }

    [Fact]
    public void The_best_epoch_is_kept_when_asked()
    {
        using var model = new Model(Network);
        var position = new Trainer(Options with { Epochs = 5, KeepBest = true }).Train(model, Set, Set, Norm);
        Assert.Equal(position.History.Max(m => m.ValidationAccuracy), Evaluation.Of(model, Set, Norm).Accuracy);
    }

    [Fact]
    public void A_diverging_loss_is_said()
    {
        using var model = new Model(Network);
        var options = Options with { LearningRate = new StepDecay { Initial = 1e30 } };
        Assert.Contains(
            "no longer a number in epoch 1",
            Assert.Throws<DivergedException>(() => new Trainer(options).Train(model, Set, null, Norm)).Message
        );
    }

    [Theory]
    [InlineData("conv", true, "is no longer a number")] // the weights, while there are batches to come
    [InlineData("conv", false, "no longer finite in epoch 3")] // the weights, at the very end
    [InlineData("running_var", false, "loss on validation images is no longer a number after epoch 3")]
    public void What_was_saved_before_a_training_diverged_is_good(string tensor, bool early, string sentence)
    {
        using var model = new Model(Network);
        using var spoiler = new Spoiler(tensor, epoch: 2, early);
        List<int> saved = [];
        var trainer = new Trainer(Options with { Epochs = 5 }, spoiler)
        {
            Save = c =>
            {
                saved.Add(c.Position.Epoch);
                Assert.All(c.Weights.Names, n => Assert.All(c.Weights.Values(n), v => Assert.True(double.IsFinite(v))));
            },
        };
        var validation = tensor == "running_var" ? Set : null;
        var e = Assert.Throws<DivergedException>(() => trainer.Train(model, Set, validation, Norm));
        Assert.Contains(sentence, e.Message);
        Assert.Contains("take a smaller learning rate or λ", e.Message);
        Assert.Equal([1, 2], saved);
        Assert.Equal(early ? 2 : 3, e.History.Length);
        if (validation is not null)
        {
            Assert.Null(e.History[^1].ValidationLoss);
            Assert.Contains("the validation loss is", e.History[^1].Remark);
        }
        Assert.All(e.History, m => JsonSerializer.Serialize(m)); // JSON has no word for what is not finite
    }

    // Makes a tensor NaN in an epoch, at its first or at its last step.
    private sealed class Spoiler(string tensor, int epoch, bool early) : Regularizer
    {
        public override string Name => "spoiler";

        public override void AfterStep(Model model, StepInfo step)
        {
            if (step.Epoch != epoch || (early ? step.Step != 0 : !step.IsLastOfEpoch))
                return;
            using var still = torch.no_grad();
            foreach (var (name, _, _) in model.Network.Parameters().Where(p => p.Name.Contains(tensor)))
                model[name].fill_(float.NaN);
        }
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        string Refusal(TrainingOptions options) => Assert.Throws<TrainingException>(options.Check).Message;
        Assert.Contains("TrainingOptions.Epochs is 0", Refusal(Options with { Epochs = 0 }));
        Assert.Contains("TrainingOptions.BatchSize is 1", Refusal(Options with { BatchSize = 1 }));
        Assert.Contains(
            "LearningRate.Initial is -1",
            Refusal(Options with { LearningRate = new StepDecay { Initial = -1 } })
        );
        Assert.Contains(
            "LearningRate.WarmUp is 1",
            Refusal(Options with { LearningRate = new StepDecay { WarmUp = 1 } })
        );
        Assert.Contains("Sgd.Momentum is 1", Refusal(Options with { Optimizer = new Sgd { Momentum = 1 } }));
        Assert.Contains("TrainingOptions.ClipNorm is 0", Refusal(Options with { ClipNorm = 0 }));
        Assert.Contains("TrainingOptions.LabelSmoothing is 1", Refusal(Options with { LabelSmoothing = 1 }));
    }

    [Fact]
    public void Bfloat16_and_float64_train_too()
    {
        foreach (
            var (type, options) in new[]
            {
                (torch.float32, new ScheduleOptions { BFloat16 = true }),
                (torch.float64, new ScheduleOptions()),
            }
        )
        {
            using var weights = Initialization.Draw(Network, 0);
            using var model = new Model(Network, weights.Copy(type)) { Options = options };
            var position = new Trainer(Options).Train(model, Set, null, Norm);
            Assert.True(position.History[^1].TrainLoss < position.History[0].TrainLoss);
            Assert.Equal(type, model["block1.bn.running_var"].dtype);
        }
    }

    private sealed class Reporter(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
