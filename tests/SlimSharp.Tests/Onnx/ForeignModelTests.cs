using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>
/// Files that others wrote, and others' opinion of ours. PyTorch 1.13 and torchvision 0.14 of Debian 12 (python3-torch,
/// python3-torchvision) export torchvision's networks with random weights; python3-onnx 1.12 checks what is written
/// here.
/// </summary>
[Trait("Length", "long")]
public class ForeignModelTests
{
    private const string Export = """
        import sys, torch, torchvision
        torch.manual_seed(0)
        torch.set_num_threads(1)
        name, path, keep = sys.argv[1], sys.argv[2], sys.argv[3] == 'True'
        options = dict(init_weights=False, aux_logits=False) if name == 'googlenet' else {}
        model = getattr(torchvision.models, name)(weights=None, **options).eval()
        torch.onnx.export(
            model, torch.randn(2, 3, 96, 96), path, opset_version=13, do_constant_folding=not keep,
            training=torch.onnx.TrainingMode.PRESERVE if keep else torch.onnx.TrainingMode.EVAL,
            input_names=['input'], output_names=['output'],
            dynamic_axes={'input': {0: 'batch'}, 'output': {0: 'batch'}})
        """;

    private const string Check = """
        import sys, onnx
        for path in sys.argv[1:]:
            onnx.checker.check_model(path, full_check=True)
        print('checked', len(sys.argv) - 1)
        """;

    public static TheoryData<string, bool> Files =>
        [
            .. new[] { "resnet18", "mobilenet_v2", "squeezenet1_1", "densenet121", "googlenet" }.SelectMany(n =>
                new[] { (n, false), (n, true) }
            ),
        ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Torchvision_s_networks_are_read_agree_and_lose_channels_under_a_certificate(
        string name,
        bool keepsNorms
    )
    {
        var path = Path.Combine(Machine.Folder(), $"{name}.onnx");
        Machine.Python("torchvision", Export, name, path, $"{keepsNorms}");
        using var imported = OnnxImport.Read(path);
        var network = imported.Network;
        using var model = imported.ToModel();
        model.eval();
        // Folded away by the exporter, but for those that no convolution feeds alone.
        Assert.Equal(keepsNorms ? name != "squeezenet1_1" : name == "densenet121", network.BatchNorms.Any());

        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var random = new Randomness(1);
        float[] values = [.. Enumerable.Range(0, 2 * 3 * 96 * 96).Select(_ => (float)(2 * random.NextDouble() - 1))];
        using var session = new OnnxSession(File.ReadAllBytes(path));
        var theirs = session.Run(values, 2, 3, 96, 96);
        using var copy = model.CopyWeights(torch.float64);
        using var exact = new Model(network, copy.Copy());
        exact.eval();
        var ours = exact
            .forward(torch.tensor(values, torch.float64).reshape(2, 3, 96, 96))
            .to(torch.float32)
            .data<float>()
            .ToArray();
        var largest = ours.Max(Math.Abs);
        Assert.InRange(ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max() / largest, 0, OnnxCheck.Tolerance);

        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.7), Criterion = "l1" });
        using var cut = Surgeon.Apply(model, plan);
        Assert.True(cut.Certificate.Macs <= 0.7 * NetworkCost.Of(network).Macs);
    }

    [Fact]
    public void The_checker_and_shape_inference_of_onnx_accept_every_file()
    {
        var folder = Machine.Folder();
        var networks = Topologies
            .All.Values.Concat(ZooEntry.All.Select(e => e.Create(10, 0.25, new(3, 64, 64))))
            .ToArray();
        var paths = new List<string>();
        foreach (var network in networks)
        {
            using var weights = Drawn.Weights(network);
            foreach (var fold in new[] { true, false })
            {
                var path = Path.Combine(folder, $"{paths.Count}.onnx");
                OnnxExport.Of(network, weights, options: new() { FoldBatchNorms = fold }).Save(path);
                paths.Add(path);
            }
        }
        var small = Topologies.All["residual"];
        using var some = Drawn.Weights(small);
        var quantized = Quantizer.Run(small, some, Drawn.Images(small, 48), Drawn.Normalization(small));
        paths.Add(Path.Combine(folder, "int8.onnx"));
        OnnxExport.Of(quantized).Save(paths[^1]);
        Assert.Equal($"checked {paths.Count}", Machine.Python("onnx", Check, [.. paths]).Trim());
    }
}
