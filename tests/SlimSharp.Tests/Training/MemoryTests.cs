using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Objectives;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Training;

/// <summary>Tests that count what is alive, and so run alone.</summary>
[Collection(nameof(Alone))]
public class MemoryTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 320)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Network = Vgg.Create("tiny", [6, 0, 8, 0, 8], 10, new Shape(1, 28, 28));

    [Fact]
    public void No_tensor_outlives_an_epoch()
    {
        using var model = new Model(Network);
        using var penalty = new ScalePenalty(new TransformedL1(1), 1e-3);
        var alive = new List<long>();
        var trainer = new Trainer(
            new()
            {
                Epochs = 5,
                BatchSize = 32,
                ClipNorm = 5,
            },
            penalty
        )
        {
            Save = _ => alive.Add(torch.Tensor.TotalCount),
        };
        trainer.Train(model, Set, Set, Norm);
        Assert.Equal(5, alive.Count);
        Assert.Equal(Enumerable.Repeat(alive[0], 5), alive);
    }

    [Theory]
    [Trait("Length", "long")]
    [InlineData("vgg11")]
    [InlineData("preresnet20")]
    [InlineData("densenet22")]
    public void A_thousand_steps_take_no_more_memory_than_a_hundred(string name)
    {
        using var model = new Model(ZooEntry.Get(name, 10, 0.25, new Shape(1, 32, 32)));
        model.train();
        using var penalty = new ScalePenalty(new TransformedL1(1), 1e-3);
        var options = new TrainingOptions();
        using var state = new TrainingState(model, options.Optimizer, [penalty]);
        var step = new TrainingStep(options, new Classification(), [penalty], 2000);
        using var images = torch.randn(16, 1, 32, 32);
        using var labels = torch.randint(10, 16, torch.int64);
        (long Tensors, double Managed, double Resident) Used(int steps)
        {
            for (var i = 0; i < steps; i++)
                step.Run(state, new Batch(images.alias(), labels.alias(), [.. Enumerable.Range(0, 16)]));
            GC.Collect();
            GC.WaitForPendingFinalizers();
            var resident = File.Exists("/proc/self/statm")
                ? long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * 4096
                : 0;
            return (torch.Tensor.TotalCount, GC.GetTotalMemory(true) / 1e6, resident / 1e6);
        }
        var (early, late) = (Used(100), Used(900));
        Assert.Equal(early.Tensors, late.Tensors);
        Assert.True(late.Managed < early.Managed + 2, $"managed {early.Managed:F1} → {late.Managed:F1} MB");
        Assert.True(late.Resident < 1.1 * early.Resident + 20, $"resident {early.Resident:F0} → {late.Resident:F0} MB");
    }

    [Fact]
    public void Training_and_cutting_leave_nothing_behind()
    {
        const int ModelsMade = 1 + 2 + 4 + 1; // trained; structure; function in two types; result
        void Once()
        {
            using var model = new Model(Network);
            new Trainer(
                new()
                {
                    Epochs = 1,
                    BatchSize = 32,
                    KeepBest = true,
                }
            ).Train(model, Set, Set, Norm);
            using var cut = Surgeon.Apply(
                model,
                Planner.Plan(model, new() { Target = new PlanTarget.Ratio(0.5), Constants = ConstantTreatment.Fold })
            );
        }
        // The framework counts a tensor whose handle became a parameter's as alive for ever: so many per model.
        var phantoms = Growth(() => new Model(Network).Dispose());
        Assert.Equal(ModelsMade * phantoms, Growth(Once));
    }

    private static long Growth(Action act)
    {
        act();
        var before = torch.Tensor.TotalCount;
        act();
        return torch.Tensor.TotalCount - before;
    }

    [Fact]
    public void Training_survives_a_collector_that_never_rests()
    {
        // A number passed as a temporary can be freed while a native call reads it; this provokes that.
        using var model = new Model(Network);
        using var penalty = new ScalePenalty(new Mcp(1), 1e-3);
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            foreach (
                var rule in new Optimizer[]
                {
                    new Sgd(),
                    new Sgd { Nesterov = true },
                    new AdamW(),
                }
            )
            {
                var options = new TrainingOptions
                {
                    Epochs = 3,
                    BatchSize = 8,
                    Optimizer = rule,
                    ClipNorm = 1,
                    LabelSmoothing = 0.1,
                    LearningRate = new CosineDecay { Initial = 0.01 },
                };
                var position = new Trainer(options, penalty).Train(model, Set, null, Norm);
                Assert.All(position.History, m => Assert.True(double.IsFinite(m.TrainLoss)));
            }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
    }
}
