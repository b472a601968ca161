using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>
/// Functions of values within a forward pass, held against a network that has what they do written into it.
/// </summary>
public class TapTests
{
    private const double Slope = 0.75;

    public static TheoryData<string> Names => [.. Topologies.All.Keys];

    private static readonly (string Name, ScheduleOptions Options, torch.ScalarType Type)[] Schedules =
    [
        ("plain, float64", ScheduleOptions.Plain, torch.float64),
        ("plain", ScheduleOptions.Plain, torch.float32),
        ("rewritten", new(), torch.float32),
        ("rewritten, framework's graph", new() { OwnBackward = false }, torch.float32),
    ];

    // Behind every node but inputs and layers without channels of their own to multiply: value · 0.75.
    private static Network Written(Network network)
    {
        var nodes = new List<Node>();
        foreach (var node in network.Nodes)
        {
            nodes.Add(node with { Inputs = [.. node.Inputs.Select(i => $"{i}.tapped")] });
            nodes.Add(new($"{node.Name}.tapped", new Factor(), [node.Name]));
        }
        return new(network.Name, [.. nodes], [.. network.Outputs.Select(o => $"{o}.tapped")]);
    }

    private static Dictionary<string, torch.Tensor> Inputs(Network network, torch.ScalarType type) =>
        network.Inputs.ToDictionary(
            i => i.Name,
            i => RandomWeights.Inputs(network.Shapes[i.Name], 4, Randomness.Name(i.Name)).to(type)
        );

    private static Dictionary<string, torch.Tensor> Gradients(Model model) =>
        model
            .named_parameters()
            .Where(p => p.parameter.grad is not null && !p.name.Contains(".tapped"))
            .ToDictionary(p => p.name, p => p.parameter.grad!.to(torch.float64));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_tap_at_every_node_is_a_layer_behind_every_node_with_values_statistics_and_gradients(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All[name];
        using var weights = Drawn.Wide(network, 3);
        var written = Written(network);
        var wide = weights.Copy();
        foreach (
            var (factor, _, parameter) in written
                .Parameters()
                .Where(p => p.Node.Layer is Factor && !wide.Contains(p.Name))
        )
            wide[factor] = torch.full([.. parameter.Sizes], Slope, torch.float64);
        using var expected = new Model(written, wide) { Options = ScheduleOptions.Plain };
        foreach (var training in new[] { false, true }) // in training running statistics move
        {
            var mode = new RunMode(training, new(1, 0, [0, 1, 2, 3]));
            expected.zero_grad();
            var theirs = expected.Run(Inputs(network, torch.float64), mode: mode);
            theirs.Values.Select(v => v.square().sum()).Aggregate((a, b) => a + b).backward();
            var gradients = Gradients(expected);
            foreach (var (what, options, type) in Schedules)
            {
                using var model = new Model(network, weights.Copy(type)) { Options = options };
                var seen = new List<string>();
                var taps = network.Nodes.ToDictionary(
                    n => n.Name,
                    n =>
                        (Func<torch.Tensor, torch.Tensor>)(
                            value =>
                            {
                                seen.Add(n.Name);
                                return value.mul((float)Slope);
                            }
                        )
                );
                foreach (var graph in new[] { true, false })
                {
                    using var switched = torch.set_grad_enabled(graph);
                    seen.Clear();
                    var ours = model.Run(Inputs(network, type), mode: mode, taps: taps);
                    Assert.Equal(network.Nodes.Select(n => n.Name).Order(), seen.Order());
                    var where =
                        $"{name}, {what}, {(training ? "training" : "evaluation")}, {(graph ? "graph" : "none")}";
                    foreach (var output in network.Outputs)
                        Close(where, ours[output], theirs[$"{output}.tapped"], type);
                    if (!graph)
                        continue;
                    ours.Values.Select(v => v.square().sum()).Aggregate((a, b) => a + b).backward();
                    var largest = gradients.Values.Max(g => g.abs().max().item<double>());
                    foreach (var (parameter, gradient) in Gradients(model))
                        Close($"{where}, {parameter}", gradient, gradients[parameter], type, 1e-3 * largest);
                }
            }
        }
    }

    private static void Close(
        string what,
        torch.Tensor ours,
        torch.Tensor theirs,
        torch.ScalarType type,
        double least = 0
    )
    {
        var difference = (ours.to(torch.float64) - theirs).abs().max().item<double>();
        var size = Math.Max(theirs.abs().max().item<double>(), least);
        Assert.True(difference <= (type == torch.float64 ? 1e-12 : 2e-3) * size, $"{what}: {difference} of {size}");
    }

    [Fact]
    public void A_tap_that_only_looks_sees_the_values_that_are_wanted_and_changes_nothing()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        foreach (var network in Topologies.All.Values)
        {
            using var model = new Model(network, seed: 3);
            model.eval();
            var inputs = Inputs(network, torch.float32);
            var plain = model.Run(inputs);
            var seen = new Dictionary<string, torch.Tensor>();
            var looked = model.Run(
                inputs,
                taps: network.Nodes.ToDictionary(
                    n => n.Name,
                    n =>
                        (Func<torch.Tensor, torch.Tensor>)(
                            value =>
                            {
                                seen[n.Name] = value.clone();
                                return value;
                            }
                        )
                )
            );
            var all = model.Run(inputs, [.. network.Nodes.Select(n => n.Name)]);
            foreach (var (name, value) in all)
                Assert.True(Numbers.RelativeDifference(seen[name], value) < 1e-5, $"{network.Name}: {name}");
            foreach (var output in network.Outputs)
                Assert.True(Numbers.RelativeDifference(looked[output], plain[output]) < 1e-5, network.Name);
        }
    }

    [Fact]
    public void No_rule_crosses_a_node_that_is_tapped()
    {
        foreach (var (name, network) in Topologies.All)
        {
            foreach (var node in network.Nodes)
            {
                var steps = Schedule.Of(network, new(), network.Outputs, [node.Name]).Steps;
                var tap = Assert.Single(steps, s => s is Step.Tap);
                var at = steps.IndexOf(tap);
                Assert.Equal(node.Name, steps[at - 1].Result);
                Assert.DoesNotContain(steps, s => s is Step.AddInto sum && sum.Term == node.Name);
                Assert.DoesNotContain(steps, s => s is Step.Append append && append.Result == node.Name);
                Assert.True(steps.Take(at).All(s => !s.Reads.Contains(node.Name) || s.Result == node.Name), name);
            }
        }
    }

    [Fact]
    public void Gradients_reach_what_a_tap_computes_with()
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All["chain"];
        using var model = new Model(network, seed: 3);
        var node = network.Nodes.First(n => n.Layer is Convolution);
        var mask = torch.ones([1, network.Shapes[node.Name].Channels, 1, 1], requires_grad: true);
        var output = model.Run(
            Inputs(network, torch.float32),
            taps: new Dictionary<string, Func<torch.Tensor, torch.Tensor>> { [node.Name] = value => value * mask }
        )[network.Outputs[0]];
        output.square().sum().backward();
        Assert.True(mask.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void A_tap_of_another_shape_and_one_at_no_node_are_refused_in_a_sentence()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var network = Topologies.All["chain"];
        using var model = new Model(network, seed: 3);
        var node = network.Nodes.First(n => n.Layer is Convolution).Name;
        var inputs = Inputs(network, torch.float32);
        string Said(string at, Func<torch.Tensor, torch.Tensor> tap) =>
            Assert
                .Throws<NetworkException>(() =>
                    model.Run(inputs, taps: new Dictionary<string, Func<torch.Tensor, torch.Tensor>> { [at] = tap })
                )
                .Message;
        Assert.Contains($"The tap at '{node}' gave a tensor of", Said(node, x => x.sum()));
        Assert.Contains("has no node 'nowhere'", Said("nowhere", x => x));
        Assert.Contains(
            "has no node 'nowhere'",
            Assert.Throws<NetworkException>(() => model.Run(inputs, ["nowhere"])).Message
        );
    }
}
