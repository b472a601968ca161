using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Onnx;

/// <summary>What was written is read as what it was.</summary>
public class ImportTests
{
    public static TheoryData<string, bool> Zoo =>
        [.. ZooEntry.All.SelectMany(e => new[] { (e.Name, false), (e.Name, true) })];

    public static TheoryData<string> Topology =>
        [
            .. Topologies
                .All.Where(t => t.Value.Inputs.Count() == 1 && t.Key is not ("normed" or "excitation"))
                .Select(t => t.Key),
        ];

    private static string Write(OnnxModel model)
    {
        var path = Path.Combine(Machine.Folder(), "model.onnx");
        model.Save(path);
        return path;
    }

    // How far the outputs of two networks are from each other in double precision, relative to the largest.
    private static double Difference(Network a, Weights ofA, Network b, Weights ofB)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var images = Drawn.Inputs(a, 2, 3).Values.Single().to(torch.float64);
        torch.Tensor Run(Network network, Weights weights)
        {
            using var model = new Model(network, weights.Copy(torch.float64));
            model.eval();
            return model.Run(new Dictionary<string, torch.Tensor> { [network.Inputs.Single().Name] = images })[
                network.Outputs[0]
            ];
        }
        var (x, y) = (Run(a, ofA), Run(b, ofB));
        return (double)((x - y).abs().max() / x.abs().max());
    }

    [Theory]
    [MemberData(nameof(Zoo))]
    public void Every_network_of_the_zoo_comes_back_and_out_again_as_the_same_bytes(string name, bool fold)
    {
        var entry = ZooEntry.All.First(e => e.Name == name);
        var size = entry.Usual.Height > 100 ? 64 : entry.Usual.Height;
        var network = entry.Create(10, 0.25, new(3, size, size));
        using var weights = Drawn.Weights(network);
        var options = new OnnxOptions { FoldBatchNorms = fold };
        var model = OnnxExport.Of(network, weights, options: options);
        using var imported = OnnxImport.Read(Write(model));
        var (read, numbers) = (imported.Network, imported.Weights);
        Assert.InRange(Difference(network, weights, read, numbers), 0, fold ? 1e-5 : 1e-12);
        Assert.Equal(model.ToBytes(), OnnxExport.Of(read, numbers, options: options).ToBytes());
        if (!fold)
            Assert.Equal(NetworkCost.Of(network), NetworkCost.Of(read));
    }

    [Theory]
    [MemberData(nameof(Topology))]
    public void Every_topology_comes_back(string name)
    {
        var network = Topologies.All[name];
        using var weights = Drawn.Weights(network);
        using var imported = OnnxImport.Read(
            Write(OnnxExport.Of(network, weights, options: new() { FoldBatchNorms = false }))
        );
        var (read, numbers) = (imported.Network, imported.Weights);
        Assert.InRange(Difference(network, weights, read, numbers), 0, 1e-6);
    }

    [Fact]
    public void What_was_read_is_cut_under_a_certificate()
    {
        var network = ZooEntry.Get("resnet20", 10, 1);
        using var weights = Drawn.Weights(network);
        using var imported = OnnxImport.Read(
            Write(OnnxExport.Of(network, weights, options: new() { FoldBatchNorms = false }))
        );
        using var model = imported.ToModel();
        using var cut = Surgeon.Apply(model, Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.5) }));
        Assert.True(cut.Certificate.Macs <= 0.5 * NetworkCost.Of(network).Macs);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)] // the product is read elsewhere, too, so the sum stays a sum
    public void A_bias_behind_a_product_is_that_of_the_layer(bool twice, int nodes)
    {
        OnnxNode Node(string kind, string output, params string[] inputs) =>
            new(kind, output, [.. inputs], [output], []);
        var model = new OnnxModel
        {
            Name = "linear",
            Inputs = [new("x", OnnxType.Float, [0, 2])],
            Outputs =
            [
                new("y", OnnxType.Float, [0, 3]),
                .. twice ? [new OnnxValue("p", OnnxType.Float, [0, 3])] : (OnnxValue[])[],
            ],
            Constants = [OnnxTensor.Of("w", [1f, 2, 3, 4, 5, 6], 2, 3), OnnxTensor.Of("b", [10f, 20, 30], 3)],
            Nodes = [Node("MatMul", "p", "x", "w"), Node("Add", "y", "p", "b")],
        };
        using var imported = OnnxImport.Of(model);
        var network = imported.Network;
        using (var read = imported.ToModel())
        using (var x = torch.tensor(new float[] { 1, 2 }, [1, 2]))
        {
            var values = read.Run(new Dictionary<string, torch.Tensor> { ["x"] = x });
            using var y = values[network.Outputs[0]];
            Assert.Equal([19f, 32, 45], y.data<float>().ToArray());
            Assert.Equal(nodes, network.Nodes.Length - 1);
        }
    }

    [Fact]
    public void An_operator_that_is_not_known_is_named_with_its_node()
    {
        var network = Topologies.All["residual"];
        using var weights = Drawn.Weights(network);
        var model = OnnxExport.Of(network, weights);
        var changed = model with
        {
            Nodes = [.. model.Nodes.Select(n => n.Operator == "Relu" ? n with { Operator = "Erf" } : n)],
        };
        var message = Assert.Throws<OnnxException>(() => OnnxImport.Read(Write(changed))).Message;
        Assert.Contains("the operator Erf of node '", message);
        Assert.Contains("model.onnx", message);
    }

    [Fact]
    public void Folded_scales_are_restored_without_changing_the_function()
    {
        var network = ZooEntry.Get("resnet20", 10, 0.5);
        using var weights = Drawn.Weights(network);
        using var imported = OnnxImport.Read(Write(OnnxExport.Of(network, weights)));
        var (read, numbers) = (imported.Network, imported.Weights);
        Assert.Empty(read.BatchNorms);
        var images = Drawn.Images(network, 40);
        using var restored = ScaleRestoration.Run(read, numbers, images, Normalization.Cifar);
        Assert.Equal(network.BatchNorms.Count(), restored.Network.BatchNorms.Count());
        Assert.InRange(restored.Difference, 0, 1e-6);
        Assert.InRange(Difference(read, numbers, restored.Network, restored.Weights), 0, 1e-6);
        Assert.Throws<OnnxException>(() =>
            ScaleRestoration.Run(restored.Network, restored.Weights, images, Normalization.Cifar)
        );
    }
}
