using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Zoo;

/// <summary>
/// Networks that others trained: their logits, their accuracy, and the zeros that others left in them.
/// </summary>
public class PretrainedTests
{
    private const string Distiller = "cifar10-resnet20-distiller-";

    // File, network, and the accuracies measured elsewhere on the 200 lossless and the first 3,000 JPEG test images, in
    // percent.
    private static readonly (string File, string Name, double Lossless, double Jpeg)[] Files =
    [
        ("cifar10-resnet20-akamaster", "resnet20", 90.0, 81.0),
        ("cifar10-resnet32-akamaster", "resnet32", 94.0, 83.1),
        ("cifar10-resnet56-akamaster", "resnet56", 91.0, 82.9),
        (Distiller + "dense", "resnet20b", 91.0, 81.1),
        (Distiller + "ssl-channels-zeroed", "resnet20b", 89.5, 80.9),
        (Distiller + "ssl-channels-thinned", "resnet20b", 88.5, 81.5),
        (Distiller + "ssl-5layers-zeroed", "resnet20b", 86.0, 82.6),
        ("cifar10-resnet8-mlperftiny", "resnet8", 85.5, 76.1),
        ("vww-mobilenetv1_0.25_96-mlperftiny", "mobilenetv1", 83.5, double.NaN),
    ];

    public static TheoryData<string> Names => [.. Files.Select(f => f.File)];

    private static Model Load(string file)
    {
        var name = Files.Single(f => f.File == file).Name;
        var network = name == "mobilenetv1" ? MobileNet.CreateV1() : ZooEntry.Get(name, 10, 1);
        using var tensorsFile = SafeTensors.Read(Machine.SharedPath("data", "pretrained", file + ".safetensors"));
        var tensors = tensorsFile.Tensors;
        network = NameMap.Fit(network, tensors);
        var model = new Model(network, NameMap.Match(file, network, tensors));
        model.eval();
        return model;
    }

    private static Normalization NormalizationOf(string file) =>
        file.Contains("akamaster") ? new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
        : file.Contains("distiller") ? new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])
        : file.StartsWith("vww", StringComparison.Ordinal) ? new([0, 0, 0], [1, 1, 1])
        : Normalization.Raw(3);

    private static ImageSet Records(Network network, string set) =>
        DataSource.Read(new() { Path = Machine.SharedPath("data", set), Records = network.Shapes["input"] }).Test!;

    private static readonly Lazy<ImageSet> Jpeg = new(() =>
    {
        var all = DataSource.Read(new() { Path = Machine.SharedPath("data", "cifar10") }).Test!;
        // Record k is file number k div 10 of class k mod 10; files are in order within each class.
        var byClass = Enumerable.Range(0, all.Count).ToLookup(i => all.Labels[i]);
        int[][] places = [.. Enumerable.Range(0, 10).Select(c => byClass[c].ToArray())];
        return all.Subset([.. Enumerable.Range(0, 3000).Select(k => places[k % 10][k / 10])]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_trained_elsewhere_give_their_logits_and_their_accuracy(string file)
    {
        using var scope = torch.NewDisposeScope();
        using var model = Load(file);
        var vww = file.StartsWith("vww", StringComparison.Ordinal);
        var set = Records(model.Network, vww ? "vww96/vww96_400.bin.gz" : "cifar10/lossless_test200.bin.gz");
        using var json = JsonDocument.Parse(
            File.ReadAllText(Machine.SharedPath("data", "pretrained", "reference_logits.json"))
        );
        var rows = json
            .RootElement.GetProperty("logits")
            .EnumerateObject()
            .Single(l => l.Name.Split(' ')[0] == file)
            .Value;
        double[] expected = [.. rows.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(v => v.GetDouble())];
        var normalization = NormalizationOf(file);
        using var batch = ImageBatches.InOrder(set, normalization).Make([.. Enumerable.Range(0, 8)]);
        var logits = Numbers.Read(model.forward(batch.Images));
        Assert.Equal(expected.Length, logits.Length);
        var size = expected.Max(Math.Abs);
        // Printed with five decimals.
        Assert.All(expected.Zip(logits), p => Assert.Equal(p.First, p.Second, 1.5e-5 * size));

        var (_, _, lossless, jpeg) = Files.Single(f => f.File == file);
        Assert.Equal(lossless, 100 * Evaluation.Of(model, set, normalization).Accuracy, 1.0);
        if (!vww)
            Assert.Equal(jpeg, 100 * Evaluation.Of(model, Jpeg.Value, normalization).Accuracy, 1.0);
    }

    private static double Difference(Model a, Model b, torch.Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        a.to(torch.float64);
        b.to(torch.float64);
        b.eval();
        return Numbers.RelativeDifference(a.forward(images.to(torch.float64)), b.forward(images.to(torch.float64)));
    }

    private static Batch Probe(Model model, string file) =>
        ImageBatches
            .InOrder(Records(model.Network, "cifar10/lossless_test200.bin.gz"), NormalizationOf(file))
            .Make([.. Enumerable.Range(0, 16)]);

    [Fact]
    public void Channels_that_others_zeroed_are_cut_without_a_trace()
    {
        var file = Distiller + "ssl-channels-zeroed";
        using var model = Load(file);
        using var probe = Probe(model, file);
        using var cut = Surgeon.Apply(
            model,
            Planner.Plan(model, new() { Target = new PlanTarget.Zeros() }),
            probe.Images
        );
        // What the second convolution of a block no longer reads, by block, as counted where it was trained.
        int[] zeroed = [5, 8, 8, 9, 14, 13, 12];
        string[] blocks = ["layer1.0", "layer1.1", "layer1.2", "layer2.0", "layer2.1", "layer3.0", "layer3.1"];
        foreach (var (block, gone) in blocks.Zip(zeroed))
            Assert.Equal(
                model.Network.Shapes[$"{block}.conv1"].Channels - gone,
                cut.Model.Network.Shapes[$"{block}.conv1"].Channels
            );
        Assert.True(Difference(model, cut.Model, probe.Images) < 1e-12);
        Assert.True(cut.Certificate.Agrees);
    }

    [Fact]
    public void Layers_that_others_zeroed_become_the_shifts_they_amount_to()
    {
        var file = Distiller + "ssl-5layers-zeroed";
        using var model = Load(file);
        using var probe = Probe(model, file);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Zeros() });
        Assert.Equal(["layer1.0.add", "layer1.1.add", "layer2.2.add"], plan.Branches.Select(b => b.Sum));
        Assert.All(plan.Branches, b => Assert.True(b.Shift));
        using var cut = Surgeon.Apply(model, plan, probe.Images);
        using var dropped = Surgeon.Apply(
            model,
            Planner.Plan(model, new() { Target = new PlanTarget.Zeros(), DropShifts = true }),
            probe.Images
        );
        Assert.Contains("the outputs move by", dropped.Constants);

        // On lossless training images: as it is 99.0 %, without the shifts 98.4 %, measured elsewhere on 500 of them.
        var train = DataSource
            .Read(
                new()
                {
                    Path = Machine.SharedPath("data", "cifar10", "lossless_train_first4000.bin.gz"),
                    Records = new(3, 32, 32),
                }
            )
            .Test!.Subset([.. Enumerable.Range(0, 500)]);
        double Accuracy(Model m) => 100 * Evaluation.Of(m, train, NormalizationOf(file)).Accuracy;
        Assert.Equal(99.0, Accuracy(cut.Model), 0.3);
        Assert.Equal(98.4, Accuracy(dropped.Model), 0.3);
        Assert.Equal(Accuracy(model), Accuracy(cut.Model));
        Assert.True(Difference(model, cut.Model, probe.Images) < 1e-6); // shifts are rounded to float32
        Assert.True(cut.Certificate.FunctionDifference < 1e-12);
    }
}
