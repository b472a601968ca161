using SlimSharp.Data;
using SlimSharp.Latency;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using SlimSharp.Tests.Latency;
using SlimSharp.Tests.Onnx;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

/// <summary>
/// BatchNorm and GroupNorm of tokens, and what is made of layers on sequences elsewhere: statistics taken anew, 8 bits,
/// ONNX, tables of latencies.
/// </summary>
public class SequenceTests
{
    private const int Samples = 4;
    private const int Tokens = 5;
    private const int Channels = 6;
    private const double Epsilon = 1e-5;

    public static TheoryData<bool> Both => [true, false];

    private static Network Normalized(Layer norm)
    {
        var b = new NetworkBuilder("normalized", Shape.Sequence(Tokens, Channels));
        return b.Build(b.Activation("relu", b.Node("norm", norm, b.Input)));
    }

    /// <summary>Pixels of an image as tokens, with normalisations that can be folded and such that cannot.</summary>
    private static Network OfPixels()
    {
        TokenKinds.Add();
        var b = new NetworkBuilder("pixels", new Shape(3, 4, 4));
        var x = b.Linear("embedding", b.Node("tokens", new TokenKinds.Pixels(), b.Input), 8);
        x = b.Activation("relu1", b.BatchNorm("bn1", x));
        var y = b.Activation("relu2", b.BatchNorm("bn2", b.Linear("wide", x, 12)));
        x = b.BatchNorm("bn3", b.Add("sum", x, b.Linear("narrow", y, 8)));
        x = b.Activation("relu3", b.Linear("hidden", x, 9));
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("mean", x), 5));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void BatchNorm_takes_its_statistics_over_batch_and_tokens(bool own)
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        var layer = new BatchNorm { Momentum = 0.3 };
        var network = Normalized(layer);
        using var model = new Model(network, Drawn.Weights(network, 2))
        {
            Options = own ? new() : ScheduleOptions.Plain,
        };
        using var before = model.CopyWeights();
        var x = torch.randn([Samples, Tokens, Channels]) * 2 + 0.5;
        var trained = model.Output(x, new RunMode(true));
        var numbers = Numbers.Read(x);
        var (made, running) = (
            new double[numbers.Length],
            (Mean: new double[Channels], Variance: new double[Channels])
        );
        for (var c = 0; c < Channels; c++)
        {
            double[] values = [.. numbers.Where((_, i) => i % Channels == c)];
            var mean = values.Average();
            var variance = values.Average(v => (v - mean) * (v - mean));
            for (var i = c; i < numbers.Length; i += Channels)
                made[i] = Math.Max(
                    0,
                    Of("weight", c) * (numbers[i] - mean) / Math.Sqrt(variance + Epsilon) + Of("bias", c)
                );
            var count = (double)values.Length;
            running.Mean[c] = 0.7 * Of("running_mean", c) + 0.3 * mean;
            running.Variance[c] = 0.7 * Of("running_var", c) + 0.3 * variance * count / (count - 1);
        }
        Close(made, Numbers.Read(trained));
        Close(running.Mean, Numbers.Read(model["norm.running_mean"]));
        Close(running.Variance, Numbers.Read(model["norm.running_var"]));

        // The framework's, of N×C×T.
        using var theirs = torch.nn.BatchNorm1d(Channels, layer.Epsilon, 0.3);
        theirs.weight!.copy_(before["norm.weight"]);
        theirs.bias!.copy_(before["norm.bias"]);
        Close(Numbers.Read(theirs.call(x.transpose(1, 2)).transpose(1, 2).relu()), Numbers.Read(trained));
        var evaluated = model.Output(x, new RunMode(false));
        for (var i = 0; i < numbers.Length; i++)
        {
            var c = i % Channels;
            made[i] = (numbers[i] - running.Mean[c]) / Math.Sqrt(running.Variance[c] + Epsilon);
            made[i] = Math.Max(0, Of("weight", c) * made[i] + Of("bias", c));
        }
        Close(made, Numbers.Read(evaluated));

        double Of(string name, int channel) => before.Values($"norm.{name}")[channel];
    }

    [Fact]
    public void Gradients_of_a_BatchNorm_of_tokens_are_those_of_the_framework_s_own_graph_in_float64()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("trained", Shape.Sequence(Tokens, 3));
        var x = b.Activation("relu1", b.BatchNorm("bn1", b.Linear("first", b.Input, Channels)));
        x = b.BatchNorm("bn2", b.Add("sum", x, b.Linear("second", x, Channels)));
        var network = b.Build(b.Linear("last", b.GlobalAveragePool("mean", x), 4));
        var input = torch.randn([Samples, Tokens, 3], torch.float64);
        Dictionary<string, double[]> Gradients(torch.ScalarType type)
        {
            using var wide = Drawn.Wide(network, 3);
            using var model = new Model(network, wide.Copy(type));
            model.Output(input.to(type), new RunMode(true)).square().sum().backward();
            return network
                .Parameters()
                .Where(p => p.Parameter.IsTrained)
                .ToDictionary(p => p.Name, p => Numbers.Read(model[p.Name].grad!));
        }
        var (exact, ours) = (Gradients(torch.float64), Gradients(torch.float32));
        var largest = exact.Values.Max(g => g.Max(Math.Abs)); // a bias in front of a BatchNorm has none
        foreach (var (name, gradient) in exact)
            Assert.True(gradient.Zip(ours[name], (a, c) => Math.Abs(a - c)).Max() < 1e-5 * largest, name);
    }

    [Fact]
    public void GroupNorm_takes_its_statistics_over_the_tokens_of_a_sample()
    {
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        const int Groups = 2;
        var network = Normalized(new GroupNorm(Groups));
        using var weights = Drawn.Wide(network, 4);
        using var model = new Model(network, weights.Copy());
        var x = torch.randn([Samples, Tokens, Channels], torch.float64);
        var numbers = Numbers.Read(x);
        var made = new double[numbers.Length];
        int Group(int i) => i / (Tokens * Channels) * Groups + i % Channels / (Channels / Groups);
        foreach (var own in Enumerable.Range(0, numbers.Length).GroupBy(Group))
        {
            var mean = own.Average(i => numbers[i]);
            var variance = own.Average(i => Math.Pow(numbers[i] - mean, 2));
            foreach (var i in own)
                made[i] = Math.Max(
                    0,
                    weights.Values("norm.weight")[i % Channels] * (numbers[i] - mean) / Math.Sqrt(variance + Epsilon)
                        + weights.Values("norm.bias")[i % Channels]
                );
        }
        Close(made, Numbers.Read(model.call(x)), 1e-12);
        // The framework's, of N×C×T.
        var plain = torch.nn.functional.group_norm(x.transpose(1, 2), Groups, null, null, Epsilon).transpose(1, 2);
        var scaled = (plain * weights["norm.weight"] + weights["norm.bias"]).relu();
        Close(Numbers.Read(scaled), made, 1e-12);
    }

    [Fact]
    public void Statistics_of_tokens_are_taken_anew_over_all_images_and_tokens()
    {
        var network = OfPixels();
        var (set, norm) = (Drawn.Images(network, 70), Drawn.Normalization(network)); // two batches
        using var model = new Model(network, Drawn.Weights(network, 5));
        Recalibration.Run(model, set, norm, set.Count);
        using var scope = torch.NewDisposeScope();
        using var still = torch.no_grad();
        using var batch = ImageBatches.InOrder(set, norm).Make([.. Enumerable.Range(0, set.Count)]);
        var read = model.Run(batch.InputsFor(model), ["embedding"], mode: new RunMode(false));
        var values = read["embedding"].to(torch.float64).flatten(0, 1);
        Close(Numbers.Read(values.mean([0])), Numbers.Read(model["bn1.running_mean"]), 1e-5);
        Close(Numbers.Read(values.@var(0)), Numbers.Read(model["bn1.running_var"]), 1e-5);
    }

    [Fact]
    public void BatchNorms_of_tokens_give_scales_to_cut_by()
    {
        var network = OfPixels();
        using var model = RandomModel(network);
        foreach (var constants in Enum.GetValues<ConstantTreatment>())
        {
            var options = new PlanOptions { Target = new PlanTarget.Ratio(0.4), Constants = constants };
            var plan = Planner.Plan(model, options).WithTokens("relu1", [0, 3, 9]);
            Assert.Equal(plan.Tokens, RandomControl.Like(plan, 1).Tokens);
            Assert.Equal(plan.Tokens, UniformControl.Like(model, plan).Tokens);
            using var cut = Surgeon.Apply(model, plan);
            Assert.True(cut.Model.Network.Shapes["wide"].Channels < 12);
            Assert.Equal(3, cut.Model.Network.Shapes["hidden"].Tokens);
            var images = Drawn.Inputs(network, 3, 1);
            using var weights = cut.Model.CopyWeights();
            var exported = OnnxExport.Of(cut.Model.Network, weights);
            Assert.InRange(
                OnnxCheck.Difference(exported, cut.Model.Network, weights, images),
                0,
                OnnxCheck.Allowed(cut.Model.Network, weights, images)
            );
        }
    }

    [Fact]
    public void Onnx_runtime_agrees_on_normalisations_of_tokens()
    {
        foreach (
            var network in (Network[])
                [OfPixels(), Normalized(new BatchNorm()), Normalized(new GroupNorm(3)), Normalized(new GroupNorm(1))]
        )
        {
            using var weights = Drawn.Weights(network, 6);
            var inputs = Drawn.Inputs(network, 3, 1);
            var exported = OnnxExport.Of(network, weights);
            Assert.DoesNotContain(exported.Nodes, n => n.Operator == "BatchNormalization"); // which wants N×C×T
            Assert.InRange(OnnxCheck.Difference(exported, network, weights, inputs), 0, OnnxCheck.Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Linear_layers_of_tokens_are_computed_in_8_bits(bool reduced)
    {
        const int Images = 48;
        var network = OfPixels();
        var (set, norm) = (Drawn.Images(network, Images), Drawn.Normalization(network));
        using var weights = Drawn.Weights(network, 7);
        var quantized = Quantizer.Run(network, weights, set, norm, new() { ReducedRange = reduced });
        Assert.Equal(
            ["classifier", "embedding", "hidden", "narrow", "wide"],
            quantized.Layers.Keys.Order(StringComparer.Ordinal)
        );
        int[] rows = [.. Enumerable.Range(0, Images)];
        using var scope = torch.NewDisposeScope();
        using var batch = ImageBatches.InOrder(set, norm).Make(rows);
        var simulated = Numbers.ReadSingle(Simulation.Run(quantized, batch.Images));
        // Sums of products of integers, in plain loops.
        var loops = new IntegerRuntime(quantized).Run(Numbers.ReadSingle(batch.Images), Images);
        Assert.InRange(Mean(loops, simulated), 0, 1e-3);
        using var exact = new OnnxSession(OnnxExport.Of(network, weights).ToBytes());
        Assert.InRange(Mean(exact.Run(set, rows, norm), simulated), 1e-6, 0.02);
        // Of all 8 bits a processor that saturates makes something else.
        if (!reduced && !Processor.AddsByteProductsExactly)
            return;
        using var session = new OnnxSession(OnnxExport.Of(quantized).ToBytes());
        Assert.InRange(Mean(session.Run(set, rows, norm), simulated), 0, 0.004);
    }

    [Fact]
    public void Layers_of_tokens_have_times_of_their_own()
    {
        var network = OfPixels();
        var uses = LayerUse.Of(network);
        Assert.Equal(NetworkCost.Of(network).Macs, uses.Sum(u => u.Macs));
        var wide = uses.Single(u => u.Node == "wide");
        Assert.Equal((16, "Linear on 16 tokens, Relu"), (wide.Kind.Tokens, $"{wide.Kind}"));
        var table = MadeTable.For(network);
        Assert.Equal(MadeTable.Milliseconds(wide.Kind, 8, 12), table.Milliseconds(wide), 9);
        var path = Path.Combine(Machine.Folder(), "tokens.json");
        table.Save(path);
        Assert.Equal(table.Kinds.Select(k => k.Kind), LatencyTable.Load(path).Kinds.Select(k => k.Kind));

        using var model = RandomModel(network);
        var target = new PlanOptions { Target = new PlanTarget.Latency(0.9 * table.Milliseconds(uses)) };
        var plan = LatencyPlanner.Plan(model, target, table);
        Assert.InRange(table.Milliseconds(LayerUse.Of(plan.Target())), 0, 0.9 * table.Milliseconds(uses) + 1e-9);
    }

    [Fact]
    public void Layers_of_tokens_are_measured_alone()
    {
        var b = new NetworkBuilder("kinds", Shape.Sequence(Tokens, 4));
        var x = b.Shift("shift", b.Node("norm", new LayerNorm(), b.Node("group", new GroupNorm(2), b.Input)));
        x = b.Add("sum", x, b.Activation("silu", b.Factor("factor", x), ActivationFunction.Silu));
        x = b.Node(
            "some",
            new Select([3, 1]) { Axis = PositionAxis.Tokens },
            b.Concat("both", x, b.Linear("one", x, 3))
        );
        x = b.Multiply("gated", x, b.GlobalAveragePool("mean", x));
        var network = b.Build(b.Linear("last", b.Flatten("flat", x), 2));
        var kinds = LayerUse.Of(network).Select(l => l.Kind).Distinct().ToArray();
        var times = LatencyGrid.Empty(1, 2) with
        {
            Step = 4,
            Kinds = [.. kinds.Select(k => new LayerTimes(k, [64], k.HasOwnWidth ? [48] : [], []))],
        };
        var timer = new QuietTimer(1, () => default, () => { });
        var measured = new LatencyProbe(1, 2) { Timer = timer }
            .Measure(times)
            .Table;
        Assert.All(measured.Kinds, k => Assert.InRange(Assert.Single(k.Times), 0, 100));
        Assert.Contains(
            measured.Kinds,
            k => k.Kind is { Layer: SlimSharp.Networks.Linear, Tokens: > 0 } && k.Times[0] > 0
        );
    }

    [Fact]
    public void What_cannot_be_said_of_sequences_is_refused_in_a_sentence()
    {
        var network = Normalized(new BatchNorm());
        using var weights = Drawn.Weights(network);
        var images = Drawn.Images(OfPixels(), 4);
        var norm = Drawn.Normalization(OfPixels());
        const string Refusal =
            "noise: images are 3×4×4, but normalized takes a sequence of 5 tokens with 6 channels, which no image is.";
        Assert.Equal(
            Refusal,
            Assert.Throws<DataException>(() => Quantizer.Run(network, weights, images, norm)).Message
        );
        using var model = RandomModel(network);
        Assert.Equal(Refusal, Assert.Throws<DataException>(() => Recalibration.Run(model, images, norm)).Message);
        Assert.Equal(
            "A table of latencies knows layers by the width of what they read and of what they make, but 'attention' (Attention) reads 3 values of widths of their own.",
            Assert.Throws<OnnxException>(() => LayerUse.Of(AttentionTests.Block(byPlace: false))).Message
        );
    }

    private static Model RandomModel(Network network) => new(network, Drawn.Weights(network, 8));

    private static double Mean(float[] ours, float[] theirs)
    {
        double largest = ours.Max(Math.Abs);
        return ours.Zip(theirs, (a, b) => Math.Abs(a - b) / largest).Average();
    }

    private static void Close(double[] expected, double[] actual, double tolerance = 1e-5)
    {
        Assert.Equal(expected.Length, actual.Length);
        var difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(difference <= tolerance * expected.Max(Math.Abs), $"{difference}");
    }
}
