using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Tests.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Training;

public class AccumulationTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Batches_in_parts_train_as_whole_ones(int parts)
    {
        using var scope = torch.NewDisposeScope();
        var x = Samples.Normal(5, 19, Samples.Inputs); // a last batch of 3, which makes one part
        var labels = Samples.Classes(6, 19, 3);
        using var teacher = Samples.Model(Samples.Twofold(), seed: 9);
        (Model Model, TrainingPosition End) Train(int accumulate)
        {
            var model = Samples.Model(Samples.Twofold());
            var source = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named((Batch.Label, labels)), 8);
            var options = Samples.Options() with { Accumulate = accumulate };
            return (model, new Trainer(options, new Distillation(teacher)).Train(model, source));
        }
        var (whole, end) = Train(1);
        var (split, same) = Train(parts);
        using (whole)
        using (split)
        {
            foreach (var (name, _, _) in whole.Network.Parameters())
                Assert.True(whole[name].sub(split[name]).abs().max().item<double>() < 1e-12, name);
        }
        Assert.Equal(end.Steps, same.Steps);
        Assert.Equal(end.History[^1].TrainLoss, same.History[^1].TrainLoss, 1e-12);
        Assert.Equal(end.History[^1].Train, same.History[^1].Train);
    }

    [Fact]
    public void Nodes_are_imitated_in_parts_as_in_whole_batches()
    {
        using var scope = torch.NewDisposeScope();
        using var teacher = Samples.Model(Samples.Twofold(), seed: 9);
        var objective = new Imitation(teacher)
        {
            NodeWeights = new Dictionary<string, double> { ["act"] = 2, ["hidden"] = 0.5 },
        };
        var x = Samples.Normal(5, 19, Samples.Inputs);
        (Model Model, EpochMetrics End) Train(int accumulate)
        {
            var model = Samples.Model(Samples.Twofold());
            var source = new TensorBatches("mine", Samples.Named(("x", x)), Samples.Named(), 8);
            var trainer = new Trainer(Samples.Options() with { Accumulate = accumulate }) { Objective = objective };
            return (model, trainer.Train(model, source).History[^1]);
        }
        var (whole, end) = Train(1);
        var (split, same) = Train(3);
        using (whole)
        using (split)
        {
            foreach (var (name, _, _) in whole.Network.Parameters())
                Assert.True(whole[name].sub(split[name]).abs().max().item<double>() < 1e-12, name);
        }
        Assert.Equal(end.TrainLoss, same.TrainLoss, 1e-12);
        foreach (var (name, value) in end.Train)
            Assert.Equal(value, same.Train[name], 1e-12);
    }

    [Fact]
    public void No_part_is_smaller_than_two_samples()
    {
        var options = Samples.Options(batch: 8) with { Accumulate = 5 };
        Assert.Contains("from 1 to half of the batch size", Assert.Throws<TrainingException>(options.Check).Message);
    }
}
