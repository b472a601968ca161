using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Regularizers;
using SlimSharp.Tests.Networks;
using SlimSharp.Training;
using SlimSharp.Zoo;
using TorchSharp;
using static TorchSharp.torch;

namespace SlimSharp.Tests.Regularizers;

/// <summary>Feature flow: what a hand computes, gradients by finite differences, and where a flow is found.</summary>
public class FeatureFlowTests
{
    private static readonly FlowOptions Sum = new() { Reduction = FlowReduction.Sum };

    private static Tensor[] Points(params double[][] points) =>
        [.. points.Select(p => tensor(p, [1, p.Length], dtype: float32))];

    // Length and curvature by every way there is.
    private static (double Length, double Curvature) Of(FlowOptions options, params Tensor[] features)
    {
        using var scope = NewDisposeScope();
        var (length, curvature) = FlowTerms.Of(features, options);
        var slow = (length.item<float>(), curvature.item<float>());
        if (options is not { Norm: FlowNorm.L1, Stages: FlowStages.Within } || !FlowKernel.Fits(features))
            return slow;
        var (l, c) = FlowKernel.Run(features, null, 1, 1);
        var numbers = options.Reduction == FlowReduction.Mean ? features[0].numel() : features[0].shape[0];
        Assert.Equal(slow.Item1, l / numbers, 1e-5 * (1 + l));
        Assert.Equal(slow.Item2, c / numbers, 1e-5 * (1 + c));
        return slow;
    }

    public static TheoryData<string, FlowNorm, double, double, double[][]> Known =>
        new()
        {
            {
                "straight",
                FlowNorm.L1,
                4,
                0,
                [
                    [0, 0],
                    [1, 1],
                    [2, 2],
                ]
            },
            {
                "straight",
                FlowNorm.L2,
                Math.Sqrt(8),
                0,
                [
                    [0, 0],
                    [1, 1],
                    [2, 2],
                ]
            },
            {
                "straight",
                FlowNorm.Angle,
                Math.Sqrt(8),
                0,
                [
                    [0, 0],
                    [1, 1],
                    [2, 2],
                ]
            },
            {
                "round a corner",
                FlowNorm.L1,
                2,
                2,
                [
                    [0, 0],
                    [1, 0],
                    [1, 1],
                ]
            },
            {
                "round a corner",
                FlowNorm.L2,
                2,
                Math.Sqrt(2),
                [
                    [0, 0],
                    [1, 0],
                    [1, 1],
                ]
            },
            {
                "round a corner",
                FlowNorm.Angle,
                2,
                Math.PI / 2,
                [
                    [0, 0],
                    [1, 0],
                    [1, 1],
                ]
            },
            {
                "standing still",
                FlowNorm.L1,
                0,
                0,
                [
                    [3, 1],
                    [3, 1],
                    [3, 1],
                ]
            },
            {
                "standing still",
                FlowNorm.Angle,
                0,
                0,
                [
                    [3, 1],
                    [3, 1],
                    [3, 1],
                ]
            },
            {
                "there and back",
                FlowNorm.L1,
                2,
                2,
                [
                    [0],
                    [1],
                    [0],
                ]
            },
            {
                "there and back",
                FlowNorm.Angle,
                2,
                Math.PI,
                [
                    [0],
                    [1],
                    [0],
                ]
            },
            {
                "two features",
                FlowNorm.L1,
                2,
                0,
                [
                    [0, 0],
                    [1, 1],
                ]
            },
        };

    [Theory]
    [MemberData(nameof(Known))]
    public void What_a_hand_computes(string way, FlowNorm norm, double length, double curvature, double[][] points)
    {
        var (l, c) = Of(Sum with { Norm = norm }, Points(points));
        Assert.True(Math.Abs(length - l) < 1e-6, $"{way}: {l}");
        Assert.True(Math.Abs(curvature - c) < 1e-6, $"{way}: {c}");
        // The same backwards.
        var (back, bent) = Of(Sum with { Norm = norm }, Points([.. points.Reverse()]));
        Assert.Equal((l, c), (back, bent));
    }

    [Fact]
    public void Scaling_scales_and_shifting_changes_nothing_and_twins_count_once() =>
        Gen.Select(Gen.Double[-2, 2].Array[12], Gen.Int[1, 3], Gen.Double[-3, 3])
            .Sample(
                (numbers, norm, factor) =>
                {
                    using var scope = NewDisposeScope();
                    var options = new FlowOptions { Norm = (FlowNorm)(norm - 1) };
                    var all = tensor(numbers, [3, 1, 4], dtype: float32);
                    Tensor[] Steps(Tensor x) => [x[0], x[1], x[2]];
                    var (length, curvature) = Of(options, Steps(all));
                    var (scaled, bent) = Of(options, Steps(all * factor));
                    Assert.Equal(Math.Abs(factor) * length, scaled, 1e-4);
                    if (options.Norm != FlowNorm.Angle)
                        Assert.Equal(Math.Abs(factor) * curvature, bent, 1e-4);
                    var (shifted, _) = Of(options, Steps(all + factor));
                    Assert.Equal(length, shifted, 1e-4);
                    var (twins, twice) = Of(options, [.. Steps(all).Select(x => cat([x, x]))]);
                    Assert.Equal(length, twins, 1e-5);
                    Assert.Equal(curvature, twice, 1e-5);
                }
            );

    [Theory]
    [InlineData(FlowNorm.L1, FlowStages.Within, FlowReduction.Mean)]
    [InlineData(FlowNorm.L1, FlowStages.Aligned, FlowReduction.Sum)]
    [InlineData(FlowNorm.L2, FlowStages.Within, FlowReduction.Sum)]
    [InlineData(FlowNorm.L2, FlowStages.Aligned, FlowReduction.Mean)]
    [InlineData(FlowNorm.Angle, FlowStages.Within, FlowReduction.Mean)]
    public void Gradients_are_those_of_finite_differences(FlowNorm norm, FlowStages stages, FlowReduction reduction)
    {
        using var scope = NewDisposeScope();
        var options = new FlowOptions
        {
            Norm = norm,
            Stages = stages,
            Reduction = reduction,
        };
        long[][] shapes =
            stages == FlowStages.Aligned
                ?
                [
                    [2, 2, 4, 4],
                    [2, 3, 4, 4],
                    [2, 4, 2, 2],
                    [2, 4, 2, 2],
                ]
                : [.. Enumerable.Repeat<long[]>([2, 3, 2, 2], 4)];
        using var seed = new Generator(7);
        Tensor[] features = [.. shapes.Select(s => randn(s, dtype: float64, generator: seed).requires_grad_())];
        double Value()
        {
            var (l, c) = FlowTerms.Of(features, options);
            return (2 * l + 3 * c).item<double>();
        }
        var (length, curvature) = FlowTerms.Of(features, options);
        (2 * length + 3 * curvature).backward();
        const double Step = 1e-6;
        foreach (var feature in features)
        {
            var gradient = Numbers.Read(feature.grad!);
            using var still = no_grad();
            var flat = feature.view(-1);
            for (var i = 0; i < gradient.Length; i++)
            {
                var before = flat[i].item<double>();
                flat[i] = tensor(before + Step);
                var above = Value();
                flat[i] = tensor(before - Step);
                var below = Value();
                flat[i] = tensor(before);
                Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(6, false)]
    public void The_kernel_is_the_graph_s_value_and_gradient(int count, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        using var seed = new Generator(3);
        Tensor[] Make(ScalarType type) =>
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                    {
                        var x = nn.functional.relu(randn([5, 7, 9, 11], generator: new Generator((ulong)i)));
                        x = channelsLast ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x;
                        return x.to(type).requires_grad_();
                    }),
            ];
        using var flow = new FeatureFlow(Topologies.All["residual"], new() { Length = 0.7, Curvature = 1.3 });
        var (fast, plain) = (Make(float32), Make(float64));
        Assert.True(FlowKernel.Fits(fast));
        Assert.False(FlowKernel.Fits(plain));
        var (a, l, c) = flow.Term(fast, 0.5);
        var (b, length, curvature) = flow.Term(plain, 0.5);
        Assert.Equal(b.item<double>(), a.item<float>(), 1e-6);
        Assert.Equal(length, l, 1e-6);
        Assert.Equal(curvature, c, 1e-6);
        (a * 3).backward();
        (b * 3).backward();
        foreach (var (x, y) in fast.Zip(plain))
            Assert.Equal(0, (x.grad!.to(float64) - y.grad!).abs().max().item<double>(), 1e-9);
    }

    [Fact]
    public void A_residual_network_flows_from_block_to_block_and_starts_anew_where_shapes_change()
    {
        var network = ZooEntry.Get("resnet20", 10, 1);
        var stages = FlowPath.Of(network, new());
        Assert.Equal([4, 3, 3], stages.Select(s => s.Length)); // the stem's features, and three blocks a stage
        Assert.All(stages, s => Assert.Single(s.Select(n => network.Shapes[n]).Distinct()));
        Assert.All(stages.SelectMany(s => s), n => Assert.NotNull(network[n].Layer.AsActivation()));
        var aligned = FlowPath.Of(network, new() { Stages = FlowStages.Aligned });
        Assert.Equal(stages.SelectMany(s => s), Assert.Single(aligned));
    }

    [Fact]
    public void A_plain_network_flows_from_activation_to_activation()
    {
        var network = ZooEntry.Get("vgg16", 10, 0.25);
        var stages = FlowPath.Of(network, new());
        // Two of 64, two of 128, three of 256, three of 512 twice.
        Assert.Equal([2, 2, 3, 3, 3], stages.Select(s => s.Length));
        Assert.Equal(["a", "b"], FlowPath.Of(Chain(), new() { Nodes = ["a", "b"] })[0]);
        Assert.Throws<TrainingException>(() => FlowPath.Of(Chain(), new() { Nodes = ["a", "nobody"] }));
        Assert.Throws<TrainingException>(() => new FeatureFlow(Chain(), new() { Length = 0, Curvature = 0 }));
        Assert.Contains(
            "no curvature",
            Assert
                .Throws<TrainingException>(() => new FeatureFlow(Chain(), new() { Length = 0, Nodes = ["a", "b"] }))
                .Message
        );
        Assert.Throws<TrainingException>(() => FlowPath.Of(Chain(), new() { Nodes = ["a"] }));
    }

    private static Network Chain()
    {
        var b = new NetworkBuilder("chain", new Shape(4));
        return b.Build(b.Linear("b", b.Linear("a", b.Input, 4), 4));
    }

    [Fact]
    public void A_block_that_adds_nothing_costs_nothing()
    {
        using var scope = NewDisposeScope();
        var network = ZooEntry.Get("resnet20", 10, 0.5);
        using var model = new Model(network, 1);
        var stages = FlowPath.Of(network, new());
        using (no_grad())
        {
            // Every last BatchNorm of a block makes 0 of whatever it reads.
            foreach (var sum in network.Nodes.Where(n => n.Layer.Traits().IsSum))
            foreach (
                var norm in sum.Inputs.Where(i =>
                    network[i].Layer.Statistics() is not null && network[i].Name.Contains('2')
                )
            )
            {
                foreach (
                    var (_, parameter) in model
                        .named_parameters()
                        .Where(p => p.name.StartsWith($"{norm}.", StringComparison.Ordinal))
                )
                    parameter.zero_();
            }
        }
        var x = rand([2, .. network.Shapes[network.Inputs.First().Name].Sizes(1).Skip(1)]);
        var values = model.Run(new Dictionary<string, Tensor> { [network.Inputs.First().Name] = x }, [.. stages[0]]);
        var (length, curvature) = Of(new(), [.. stages[0].Select(n => values[n])]);
        Assert.Equal((0, 0), (length, curvature));
    }

    [Fact]
    public void Weights_rise_over_the_warm_up_and_a_network_that_learns_nothing_is_told_of()
    {
        using var scope = NewDisposeScope();
        var network = Topologies.All["residual"];
        var told = new List<string>();
        using var flow = new FeatureFlow(network, new() { WarmUp = 0.5 }) { Warning = told.Add };
        var values = flow
            .Stages.SelectMany(s => s)
            .Select((n, i) => (n, full([2, 3, 2, 2], i * i)))
            .ToDictionary(v => v.n, v => v.Item2);
        double At(double progress) => flow.Loss(null!, null!, values, new(0, 0, 0.1, 1, progress))!.item<float>();
        Assert.Equal(0, At(0));
        Assert.Equal(At(0.9) / 2, At(0.25), 1e-5);
        Assert.Equal(At(0.5), At(0.9), 1e-5);
        EpochMetrics Epoch(int epoch, double accuracy) =>
            new()
            {
                Epoch = epoch,
                Train = new Dictionary<string, double> { ["accuracy"] = accuracy },
            };
        flow.AfterEpoch(null!, Epoch(1, 0.1));
        Assert.Empty(told);
        var classes = network.Shapes[network.Outputs[0]].Channels;
        flow.AfterEpoch(null!, Epoch(2, 1.2 / classes));
        Assert.Contains("hardly better than chance", Assert.Single(told));
        flow.AfterEpoch(null!, Epoch(3, 1.0 / classes));
        Assert.Single(told);
    }
}
