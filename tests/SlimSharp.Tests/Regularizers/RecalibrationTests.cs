using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

public class RecalibrationTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 192)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Network = Vgg.Create("tiny", [6, 0, 8, 0, 8], 10, new Shape(1, 28, 28));

    [Fact]
    public void Statistics_of_the_first_layer_are_those_of_all_images_together()
    {
        using var model = new Model(Network, 1);
        Recalibration.Run(model, Set, Norm, images: Set.Count); // three batches
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var batch = ImageBatches.InOrder(Set, Norm).Make([.. Enumerable.Range(0, Set.Count)]);
        var values = torch
            .nn.functional.conv2d(batch.Images, model["block1.conv.weight"], padding: [1, 1])
            .to(torch.float64)
            .transpose(0, 1)
            .flatten(1);
        Close(values.mean([1]), model["block1.bn.running_mean"]);
        Close(values.@var(1), model["block1.bn.running_var"]);
    }

    [Fact]
    public void With_one_batch_evaluation_is_what_training_on_that_batch_computes()
    {
        var set = Set.Subset([.. Enumerable.Range(0, 64)]);
        using var model = new Model(Network, 2);
        using var before = model.CopyWeights();
        Recalibration.Run(model, set, Norm);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var batch = ImageBatches.InOrder(set, Norm).Make([.. Enumerable.Range(0, 64)]);
        model.eval();
        var evaluated = model.forward(batch.Images);
        using var copy = new Model(Network, model.CopyWeights());
        copy.train();
        // A batch's own variance divides by n, the running one by n − 1: a thousandth where the last layer has 49·64
        // places.
        Close(copy.forward(batch.Images), evaluated, 2e-3);
        using var after = model.CopyWeights();
        foreach (var (name, _, parameter) in Network.Parameters().Where(p => p.Parameter.IsTrained))
            Assert.Equal(before.HashOf(name), after.HashOf(name));
    }

    [Fact]
    public void Any_samples_will_do_and_those_of_images_give_the_same()
    {
        using var byImages = new Model(Network, 3);
        using var bySource = new Model(Network, 3);
        Recalibration.Run(byImages, Set, Norm, Set.Count);
        Recalibration.Run(bySource, ImageBatches.InOrder(Set, Norm));
        foreach (var name in (string[])["block1.bn.running_mean", "block1.bn.running_var"])
            Close(byImages[name].to(torch.float64), bySource[name]);
    }

    private static void Close(torch.Tensor expected, torch.Tensor actual, double tolerance = 1e-5)
    {
        var difference = (expected.to(torch.float64) - actual.to(torch.float64)).abs().max().item<double>();
        var size = expected.to(torch.float64).abs().max().item<double>();
        Assert.True(difference <= tolerance * size, $"{difference} of {size}");
    }
}
