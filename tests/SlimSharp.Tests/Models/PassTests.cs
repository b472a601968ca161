using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>The network's own backward pass, with every rule, against the framework's graph without any.</summary>
public class PassTests
{
    public static TheoryData<string> Names =>
        [.. Topologies.All.Keys, "preresnet11", "densenet13", "resnet14", "mobilenetv2"];

    private static Network Get(string name) =>
        name switch
        {
            "preresnet11" => PreActResNet.Create(11),
            "densenet13" => DenseNet.Create(13, width: 0.75),
            "resnet14" => CifarResNet.Create(14),
            "mobilenetv2" => MobileNet.CreateV2(10, 0.25, new Shape(3, 48, 48)),
            _ => Topologies.All[name],
        };

    // libtorch's own BatchNorm is less exact with channels innermost: an activation near zero may fall on the other
    // side.
    private static readonly (string Name, ScheduleOptions Options, double Tolerance)[] Rules =
    [
        ("all", new(), 1e-3),
        ("own backward only", new() { Rules = [], ChannelsLast = false }, 1e-3),
        ("fused, channels not innermost", new() { ChannelsLast = false }, 1e-3),
        .. RewriteRule.All.Select(rule =>
            ($"{rule} only", new ScheduleOptions { Rules = [rule] }, rule is FusedNormalization ? 1e-3 : 0.05)
        ),
        ("graph, channels innermost", new() { OwnBackward = false }, 0.05),
    ];

    private sealed record Outcome(
        Dictionary<string, torch.Tensor> Values,
        Dictionary<string, torch.Tensor> Gradients,
        Weights State
    );

    private static Outcome Run(
        Network network,
        Weights weights,
        ScheduleOptions options,
        torch.ScalarType type,
        bool training
    )
    {
        using var model = new Model(network, weights.Copy(type)) { Options = options };
        model.train(training);
        var inputs = network.Inputs.ToDictionary(
            i => i.Name,
            i => RandomWeights.Inputs(network.Shapes[i.Name], 8, 1).to(type)
        );
        var mode = new RunMode(training, new(1, 0, [.. Enumerable.Range(0, 8)]));
        var values = model.Run(inputs, mode: mode);
        var gradients = new Dictionary<string, torch.Tensor>();
        if (training)
        {
            var loss = values
                .Values.Select(v => v.to(torch.float64))
                .Select(v => v.mul(v).mean() + v.sin().sum())
                .Aggregate((a, b) => a + b);
            loss.backward();
            gradients = model
                .named_parameters()
                .Where(p => p.parameter.grad is not null)
                .ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        }
        return new(values.ToDictionary(v => v.Key, v => v.Value.detach()), gradients, model.CopyWeights());
    }

    private static void Agree(
        string what,
        IReadOnlyDictionary<string, torch.Tensor> a,
        IReadOnlyDictionary<string, torch.Tensor> b,
        double tolerance
    )
    {
        Assert.Equal(b.Keys.Order(), a.Keys.Order());
        // A gradient that is nearly zero, as of a bias in front of a BatchNorm, is compared with the largest of all.
        var size = 1e-3 * b.Values.Max(t => t.abs().max().to(torch.float64).item<double>());
        foreach (var (name, value) in b)
        {
            var difference = Numbers.Read(a[name].to(torch.float64) - value.to(torch.float64)).Max(Math.Abs);
            var largest = Math.Max(Numbers.Read(value).Max(Math.Abs), size);
            Assert.True(
                difference <= tolerance * largest,
                $"{what}: {name} differs by {difference:G3} of {largest:G3}"
            );
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_rule_gives_the_values_gradients_and_statistics_of_the_plain_graph_in_float64(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Get(name);
        using var weights = Drawn.Wide(network, 3);
        foreach (var training in new[] { true, false })
        {
            var plain = Run(network, weights, ScheduleOptions.Plain, torch.float64, training);
            foreach (var (rule, options, tolerance) in Rules)
            {
                var what = $"{name}, {rule}, {(training ? "training" : "evaluation")}";
                var other = Run(network, weights, options, torch.float32, training);
                Agree(what, other.Values, plain.Values, 1e-4);
                if (training)
                    // Deep networks amplify rounding: an activation near zero falls on the other side.
                    Agree(what, other.Gradients, plain.Gradients, Topologies.All.ContainsKey(name) ? tolerance : 0.05);
                Agree(
                    what,
                    other
                        .State.Names.Where(n => n.Contains("running"))
                        .Append(plain.State.Names.First())
                        .ToDictionary(n => n, n => other.State[n]),
                    plain
                        .State.Names.Where(n => n.Contains("running"))
                        .Append(plain.State.Names.First())
                        .ToDictionary(n => n, n => plain.State[n]),
                    1e-4
                );
            }
        }
    }

    [Theory]
    [InlineData("preresnet11")]
    [InlineData("densenet13")]
    [InlineData("resnet14")]
    public void In_bfloat16_the_rules_are_as_near_to_float64_as_the_framework_is(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Get(name);
        using var weights = Drawn.Wide(network, 3);
        var plain = Run(network, weights, ScheduleOptions.Plain, torch.float64, true);
        var graph = Run(network, weights, new() { BFloat16 = true, OwnBackward = false }, torch.float32, true);
        var own = Run(network, weights, new() { BFloat16 = true }, torch.float32, true);
        double Distance(Outcome o) =>
            plain.Gradients.Average(g => Numbers.RelativeDifference(o.Gradients[g.Key], g.Value));
        Assert.True(Distance(own) < 1.15 * Distance(graph), $"{Distance(own):G3} against {Distance(graph):G3}");
    }
}
