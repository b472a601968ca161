using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Tests.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Training;

/// <summary>A loop of a program's own, with our optimisers, regularisers and checkpoints.</summary>
public class OwnStateTests
{
    private static readonly TrainingOptions Options = Samples.Options(epochs: 2, batch: 8) with
    {
        Optimizer = new Sgd { Momentum = 0.9 },
        LearningRate = new StepDecay { Initial = 0.05, WarmUp = 0 },
    };

    private static TensorBatches Source()
    {
        var (x, y) = (Samples.Normal(1, 24, Samples.Inputs), Samples.Normal(2, 24, 3));
        return new("mine", Samples.Named(("x", x)), Samples.Named((Regression.Target, y)), 8, seed: 3);
    }

    private static void Run(TrainingState state, BatchSource source, Objective objective, int steps)
    {
        for (var done = 0; done < steps; )
        {
            var (epoch, first) = (state.Position.Epoch, state.Position.Batch);
            foreach (var batch in source.Epoch(epoch, first).Take(steps - done))
            {
                using var scope = torch.NewDisposeScope();
                using (batch)
                {
                    var (model, at) = (state.Model, state.Position.Batch);
                    var values = model.Run(
                        batch.InputsFor(model),
                        mode: new RunMode(true, new(0, epoch, batch.Indices))
                    );
                    objective.Loss(model.Network, batch, values).backward();
                    state.Step(Options.LearningRate.At((epoch + at / 3.0) / Options.Epochs));
                    state.Position =
                        at < 2
                            ? state.Position with
                            {
                                Batch = at + 1,
                            }
                            : state.Position with
                            {
                                Batch = 0,
                                Epoch = epoch + 1,
                            };
                    done++;
                }
            }
        }
    }

    [Fact]
    public void It_trains_as_the_trainer_does_and_goes_on_from_a_checkpoint_with_the_same_bits()
    {
        using var scope = torch.NewDisposeScope();
        var (source, objective) = (Source(), new Regression());
        using var expected = Samples.Model(Samples.Single());
        new Trainer(Options) { Objective = objective }.Train(expected, source);
        using var model = Samples.Model(Samples.Single());
        using var state = new TrainingState(model, Options.Optimizer);
        Run(state, source, objective, 4);
        using var checkpoint = state.ToCheckpoint();
        Run(state, source, objective, 2);
        using var other = Samples.Model(Samples.Single(), seed: 5);
        using var resumed = new TrainingState(other, Options.Optimizer);
        resumed.Restore(checkpoint);
        Run(resumed, source, objective, 2);
        foreach (var (name, _, _) in expected.Network.Parameters())
        {
            Assert.Equal(Numbers.Read(expected[name]), Numbers.Read(model[name]));
            Assert.Equal(Numbers.Read(expected[name]), Numbers.Read(other[name]));
        }
        Assert.Equal(6, resumed.Position.Steps);
    }

    [Fact]
    public void A_checkpoint_of_another_network_or_optimiser_is_refused()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Samples.Model(Samples.Single());
        using var state = new TrainingState(model, new Sgd { Momentum = 0.9 });
        using var checkpoint = state.ToCheckpoint();
        using var other = new TrainingState(model, new AdamW());
        Assert.Contains("another optimiser", Assert.Throws<TrainingException>(() => other.Restore(checkpoint)).Message);
    }
}
