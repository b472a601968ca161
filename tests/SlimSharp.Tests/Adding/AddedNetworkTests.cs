using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Adding;

/// <summary>The network, the rewrite rule and the names of the pages on adding do what the pages say.</summary>
public class AddedNetworkTests
{
    [Fact]
    public void The_network_of_the_page_is_made_at_any_size_cut_under_a_certificate_and_exported()
    {
        using var scope = torch.NewDisposeScope();
        var row = Rows.Networks[0];
        // Springenberg et al. count 1.4 million parameters of All-CNN-C, without BatchNorm.
        var whole = NetworkCost.Of(row.Create(10, 1, row.Usual));
        Assert.InRange(whole.Parameters, 1_350_000, 1_400_000);
        var network = row.Create(7, 0.0625, new(1, 12, 12));
        using var model = new Model(network, Drawn.Weights(network, 3));
        model.eval();
        Assert.Equal([2, 7], model.forward(torch.randn(2, 1, 12, 12)).shape);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.5) });
        using var cut = Surgeon.Apply(model, plan);
        Assert.True(cut.Certificate.Agrees);
        var path = Path.Combine(Machine.Folder(), "allcnn.onnx");
        OnnxExport.Of(cut.Model.Network, cut.Model.CopyWeights()).Save(path);
        using var imported = OnnxImport.Read(path);
        Assert.InRange(ImportCheck.Run(path, imported.Network, imported.Weights), 0, OnnxCheck.Tolerance);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_rewrite_rule_of_the_page_gives_the_values_and_gradients_of_the_plain_schedule(bool trains)
    {
        using var scope = torch.NewDisposeScope();
        var network = Rows.Topologies[0];
        using var weights = Drawn.Wide(network, 3);
        Dictionary<string, torch.Tensor> Results(ScheduleOptions options, torch.ScalarType type)
        {
            using var model = new Model(network, weights.Copy(type)) { Options = options };
            model.train(trains);
            torch.random.manual_seed(1);
            var y = model.forward(torch.randn(4, 3, 12, 12).to(type));
            if (trains)
                y.mul(y).sum().backward();
            var results = model.named_parameters().Where(_ => trains).ToDictionary(p => p.name, p => p.parameter.grad!);
            results["output"] = y.detach();
            return results.ToDictionary(r => r.Key, r => r.Value.to(torch.float64).clone());
        }
        var options = new ScheduleOptions { Rules = [.. RewriteRule.All, .. Rows.Rewriting] };
        Assert.Contains("Upsample(Convolution(", $"{Schedule.Of(network, options, network.Outputs)}");
        Assert.DoesNotContain("Upsample(Conv", $"{Schedule.Of(network, options, [.. network.Outputs, "larger"])}");
        var plain = Results(ScheduleOptions.Plain, torch.float64);
        foreach (var one in new[] { options, options with { Rules = Rows.Rewriting, ChannelsLast = false } })
        {
            var ruled = Results(one, torch.float32);
            Assert.Equal(plain.Keys.Order(), ruled.Keys.Order());
            var largest = plain.Values.Max(v => Numbers.Read(v).Max(Math.Abs));
            foreach (var (name, value) in plain)
                Assert.True(Numbers.Read(ruled[name].sub(value)).Max(Math.Abs) < 1e-4 * largest, name);
        }
    }

    [Theory]
    [InlineData("model.")]
    [InlineData("_orig_mod.")]
    [InlineData("net.backbone.")]
    [InlineData("")]
    public void Names_behind_one_that_a_wrapper_put_before_them_are_found(string wrapper)
    {
        using var scope = torch.NewDisposeScope();
        var network = CifarResNet.Create(20, 10, 0.25);
        using var weights = Initialization.Draw(network, 3);
        var theirs = weights.Names.ToDictionary(n => wrapper + n, n => weights[n]);
        using var read = NameMap.Match("theirs", network, theirs);
        Assert.Equal(weights.Hash(), read.Hash());
    }
}
