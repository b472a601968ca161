using SlimSharp.Data;
using SlimSharp.Objectives;
using SlimSharp.Regularizers;
using SlimSharp.Tests.Objectives;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Training;

/// <summary>Sources of batches that are not what they say, and those that are empty.</summary>
public class SourceTests
{
    private static TensorBatches Source(int count) =>
        new(
            $"mine of {count}",
            Samples.Named(("x", torch.zeros(count, Samples.Inputs, torch.float64))),
            Samples.Named((Regression.Target, torch.zeros(count, 3, torch.float64))),
            8
        );

    private static TrainingPosition Train(BatchSource source, BatchSource? validation = null)
    {
        using var model = Samples.Model(Samples.Single());
        return new Trainer(Samples.Options()) { Objective = new Regression() }.Train(model, source, validation);
    }

    [Fact]
    public void An_epoch_that_is_shorter_than_its_source_says_is_refused_and_a_longer_one_is_broken_off()
    {
        using var scope = torch.NewDisposeScope();
        foreach (var batches in new[] { 0, 2 })
        {
            var error = Assert.Throws<TrainingException>(() => Train(new Other(Source(24), batches)));
            Assert.Contains($"epoch 1 ended after {batches} batches, but BatchCount says 3", error.Message);
        }
        Assert.Equal(6, Train(new Other(Source(24), 5)).Steps);
    }

    [Fact]
    public void Without_samples_nothing_is_trained_validated_or_evaluated()
    {
        using var scope = torch.NewDisposeScope();
        Assert.Contains(
            "mine of 0: there is no sample to validate on",
            Assert.Throws<TrainingException>(() => Train(Source(24), Source(0))).Message
        );
        Assert.Contains(
            "there is no batch to train on",
            Assert.Throws<TrainingException>(() => Train(Source(0))).Message
        );
        using var model = Samples.Model(Samples.Single());
        Assert.Contains(
            "mine of 0: there is no sample to evaluate on",
            Assert.Throws<DataException>(() => Evaluation.Of(model, Source(0), new Regression())).Message
        );
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    [InlineData(-2)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_factor_that_steers_nowhere_is_refused(double factor)
    {
        var options = new SteeringOptions { TargetMacs = 0.5, Factor = factor };
        Assert.Contains("SteeringOptions.Factor", Assert.Throws<TrainingException>(options.Check).Message);
    }

    // Yields another number of batches than it says.
    private sealed class Other(TensorBatches source, int batches) : BatchSource
    {
        public override string Name => source.Name;

        public override int Count => source.Count;

        public override int BatchCount => source.BatchCount;

        public override IReadOnlyCollection<string> Targets => source.Targets;

        public override IEnumerable<Batch> Epoch(int epoch, int first = 0) =>
            source.Epoch(epoch).Concat(source.Epoch(epoch)).Take(batches).Skip(first);
    }
}
