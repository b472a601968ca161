using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>
/// Whatever a model is given, it refuses it in a sentence or computes what the plain schedule does in float64.
/// </summary>
public class InputTests
{
    internal static readonly torch.ScalarType[] Types =
    [
        torch.float64,
        torch.float16,
        torch.bfloat16,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.@bool,
        torch.complex64,
    ];

    private static readonly (string Name, Func<torch.Tensor, torch.Tensor> Lay)[] Layouts =
    [
        ("contiguous", x => x.contiguous()),
        ("channels last", x => x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x),
        ("transposed", x => x.transpose(0, x.dim() - 1).contiguous().transpose(0, x.dim() - 1)),
        ("transposed inside", x => x.transpose(1, x.dim() - 1).contiguous().transpose(1, x.dim() - 1)),
        ("sliced", Sliced),
        ("every other", x => x.repeat_interleave(2, x.dim() - 1).slice(x.dim() - 1, 0, 2 * x.shape[^1], 2)),
        ("expanded channels", x => x.narrow(1, 0, 1).expand(x.shape)),
        ("expanded samples", x => x.narrow(0, 0, 1).expand(x.shape)),
    ];

    // Modes: of training, and whether gradients are recorded.
    private static readonly (bool Training, bool Graph)[] Modes =
    [
        (true, true),
        (true, false),
        (false, true),
        (false, false),
    ];

    private static readonly (string Name, ScheduleOptions Options, double Tolerance)[] Rules =
    [
        ("all rules", new(), 1e-4),
        ("channels not innermost", new() { ChannelsLast = false }, 1e-4),
        ("in bfloat16", new() { BFloat16 = true }, 0.2),
    ];

    public static TheoryData<string> Names => [.. Topologies.All.Keys, "vectorNorm", "concatenated", "oneChannel"];

    private static torch.Tensor Sliced(torch.Tensor x)
    {
        var larger = torch.randn([.. x.shape.Select(s => s + 3)]);
        for (var axis = 0; axis < x.dim(); axis++)
            larger = larger.narrow(axis, 1, x.shape[axis]);
        return larger.copy_(x);
    }

    private static Network Get(string name)
    {
        if (Topologies.All.TryGetValue(name, out var known))
            return known;
        var b = new NetworkBuilder(name, name == "vectorNorm" ? new Shape(4) : new Shape(4, 6, 6));
        return name switch
        {
            "vectorNorm" => b.Build(b.Linear("out", b.Activation("relu", b.BatchNorm("bn", b.Input)), 3)),
            // A concatenation of what does not lie as kernels read it, in front of a BatchNorm.
            "concatenated" => b.Build(
                b.GlobalAveragePool(
                    "pool",
                    b.BatchNorm(
                        "bn",
                        b.Concat("both", b.Select("some", b.Input, 2, 0), b.Convolution("conv", b.Input, 5))
                    )
                )
            ),
            _ => b.Build(b.BatchNorm("bn", b.GlobalAveragePool("pool", b.Convolution("conv", b.Input, 1)))),
        };
    }

    private static Dictionary<string, torch.Tensor> Results(
        Network network,
        Weights weights,
        ScheduleOptions options,
        torch.ScalarType type,
        Dictionary<string, torch.Tensor> inputs,
        bool training,
        bool graph
    )
    {
        using var model = new Model(network, weights.Copy(type)) { Options = options };
        using var recorded = graph ? torch.enable_grad() : torch.no_grad();
        var mode = new RunMode(training, new(1, 0, [.. Enumerable.Range(0, (int)inputs.Values.First().shape[0])]));
        var results = model.Run(inputs, mode: mode).ToDictionary(o => o.Key, o => o.Value.detach());
        foreach (var (name, _, parameter) in network.Parameters().Where(p => !p.Parameter.IsTrained))
            results[name] = model[name].clone();
        return results;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_layout_gives_the_numbers_of_the_plain_schedule_in_float64(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Get(name);
        using var weights = Drawn.Wide(network, 3);
        foreach (var (layout, lay) in Layouts)
        {
            var inputs = Drawn.Inputs(network, 5, 1).ToDictionary(i => i.Key, i => lay(i.Value));
            var wide = inputs.ToDictionary(i => i.Key, i => i.Value.to(torch.float64));
            foreach (var (training, graph) in Modes)
            {
                var plain = Results(network, weights, ScheduleOptions.Plain, torch.float64, wide, training, graph);
                foreach (var (rule, options, tolerance) in Rules)
                {
                    // Of samples that are all alike a BatchNorm makes rounding large.
                    if (layout == "expanded samples" && training && options.BFloat16)
                        continue;
                    var ours = Results(network, weights, options, torch.float32, inputs, training, graph);
                    foreach (var (what, expected) in plain)
                    {
                        var largest = Math.Max(Numbers.Read(expected).Max(Math.Abs), 1e-2);
                        var difference = Numbers.Read(ours[what].to(torch.float64) - expected).Max(Math.Abs);
                        Assert.True(
                            difference <= tolerance * largest,
                            $"{name}, {layout}, {rule}, training {training}, graph {graph}: {what} differs by {difference:G3} of {largest:G3}"
                        );
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_other_data_type_shape_and_batch_is_refused_in_a_sentence_and_harms_nothing(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Get(name);
        using var model = new Model(network, Drawn.Weights(network));
        using var before = model.CopyWeights();
        var right = Drawn.Inputs(network, 4, 1);
        var first = network.Inputs.First().Name;
        var x = right[first];
        void Refuses(torch.Tensor? given, string because)
        {
            var inputs = new Dictionary<string, torch.Tensor>(right);
            inputs.Remove(first);
            if (given is not null)
                inputs[first] = given;
            foreach (var (training, graph) in Modes)
            {
                using var recorded = graph ? torch.enable_grad() : torch.no_grad();
                var refusal = Assert.Throws<NetworkException>(() => model.Run(inputs, mode: new(training)));
                Assert.Matches(@"^[^\n]+\.$", refusal.Message);
                Assert.Contains($"'{first}'", refusal.Message);
                Assert.Contains(because, refusal.Message);
            }
        }
        foreach (var type in Types)
            Refuses(x.to(type), type == torch.uint8 ? "holds bytes" : $"holds {type}".ToLowerInvariant());
        Refuses(null, "was not given");
        Refuses(x[0], "must be N×");
        Refuses(x.unsqueeze(0), "must be N×");
        Refuses(x.narrow(1, 0, x.shape[1] - 1), "must be N×");
        Refuses(torch.tensor(1f), "must be N×");
        if (x.dim() == 4)
        {
            Refuses(x.narrow(3, 0, x.shape[3] - 1), "must be N×");
            Refuses(x.permute(0, 2, 3, 1).contiguous(), "must be N×");
        }
        Refuses(x.to_sparse(), "sparse");
        Refuses(x.to(torch.META), "meta");
        if (right.Count > 1)
            Refuses(x.narrow(0, 0, 3), "same batch size");
        using var after = model.CopyWeights();
        Assert.Equal(before.Hash(), after.Hash());
    }

    [Fact]
    public void A_model_in_float64_or_float16_takes_its_own_type_only()
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All["chain"];
        using var weights = Drawn.Weights(network);
        var x = Drawn.Inputs(network, 4, 1)["input"];
        foreach (var type in new[] { torch.float64, torch.bfloat16 })
        {
            using var model = new Model(network, weights.Copy(type));
            Assert.Contains("float32", Assert.Throws<NetworkException>(() => model.call(x)).Message);
            Assert.True(Numbers.AreFinite(model.call(x.to(type))));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Batches_of_one_and_of_none_are_computed_or_refused_in_a_sentence(string name)
    {
        using var scope = torch.NewDisposeScope();
        var network = Get(name);
        using var weights = Drawn.Wide(network, 3);
        var single = network.Nodes.Any(n => n.Layer is BatchNorm && network.Shapes[n.Name].Area == 1);
        var norms = network.BatchNorms.Any();
        foreach (var count in new[] { 0, 1 })
        {
            var inputs = Drawn.Inputs(network, count, 1);
            var wide = inputs.ToDictionary(i => i.Key, i => i.Value.to(torch.float64));
            foreach (var (training, graph) in Modes)
            {
                if (training && norms && (count == 0 || single))
                {
                    using var model = new Model(network, weights.Copy(torch.float32));
                    using var before = model.CopyWeights();
                    var refusal = Assert.Throws<NetworkException>(() => model.Run(inputs, mode: new(true)));
                    Assert.Contains(count == 0 ? "batch is empty" : "batch is of 1", refusal.Message);
                    using var after = model.CopyWeights();
                    Assert.Equal(before.Hash(), after.Hash());
                    continue;
                }
                var plain = Results(network, weights, ScheduleOptions.Plain, torch.float64, wide, training, graph);
                var ours = Results(network, weights, new(), torch.float32, inputs, training, graph);
                foreach (var (what, expected) in plain)
                {
                    Assert.Equal(expected.shape, ours[what].shape);
                    if (expected.numel() > 0)
                        Assert.True(Numbers.RelativeDifference(ours[what], expected) < 1e-4, $"{name} {count} {what}");
                }
            }
        }
    }
}
