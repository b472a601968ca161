using SlimSharp.Data;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Slimming;
using SlimSharp.Zoo;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Slimming;

public class CriterionTests
{
    private static readonly ImageSet Set = DataSource
        .Read(new() { Path = Machine.SamplePath, Validation = 0 })
        .Train!.Subset([.. Enumerable.Range(0, 40)]);
    private static readonly Normalization Norm = Normalization.Of(Set);
    private static readonly Network Vgg = SlimSharp.Zoo.Vgg.Create("tiny", [6, 0, 8, 0, 8], 10, new Shape(1, 28, 28));
    private static readonly Network Residual = PreActResNet.Create(20, 10, 0.25);

    private static ChannelGroup Group(Network network, string name) =>
        ChannelGroups.Of(network).Single(g => g.Name == name);

    public static TheoryData<string> Names => [.. CriterionKind.All.Select(k => k.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_criterion_plans_to_a_target_with_and_without_normalisation(string name)
    {
        using var model = new Model(Vgg, 3);
        var evidence = CriterionKind.All.Single(k => k.Name == name).Measure?.Invoke(model, Set, Norm, 40);
        foreach (var normalized in new[] { false, true })
        {
            var options = new PlanOptions
            {
                Target = new PlanTarget.Macs(0.5),
                Criterion = name,
                Normalized = normalized,
            };
            var plan = Planner.Plan(model, options, evidence);
            var left = NetworkCost.Of(plan.Target()).Macs / (double)NetworkCost.Of(Vgg).Macs;
            // New scales are all alike, and those at the threshold go.
            Assert.InRange(left, name == "scale" ? 0.01 : 0.2, 0.5);
            using var cut = Surgeon.Apply(model, plan);
            Assert.True(cut.Certificate.Agrees);
            // The same again, and read back from its JSON, it is the same plan.
            Assert.Equal(
                plan.Groups.Select(g => g.Kept.ToArray()),
                Planner.Plan(model, options, evidence).Groups.Select(g => g.Kept.ToArray())
            );
        }
    }

    [Fact]
    public void Filter_criteria_are_what_loops_compute()
    {
        using var weights = Initialization.Draw(Vgg, 4);
        var group = Group(Vgg, "block2.conv");
        var filters = Enumerable
            .Range(0, 8)
            .Select(i => weights["block2.conv.weight"][i].flatten().data<float>().Select(v => (double)v).ToArray())
            .ToArray();
        double Distance(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
        void Equal(Criterion criterion, Func<double[], double> expected) =>
            Assert.All(
                criterion.Of(group, new(new NetworkGraph(Vgg), weights))!.Zip(filters.Select(expected)),
                p => Assert.Equal(p.Second, p.First, 1e-9)
            );
        Equal(new MagnitudeCriterion(1), f => f.Sum(Math.Abs));
        Equal(new MagnitudeCriterion(2), f => Math.Sqrt(f.Sum(v => v * v)));
        Equal(new MedianCriterion(), f => filters.Sum(g => Distance(f, g)));
    }

    [Fact]
    public void The_folded_norm_is_that_of_what_is_exported_and_knows_no_factor_that_batch_norm_undoes()
    {
        using var weights = Initialization.Draw(Vgg, 4);
        var random = new Randomness(5);
        foreach (var name in (string[])["weight", "running_mean", "running_var"])
            weights[$"block2.bn.{name}"] = Numbers.Tensor(
                [.. Enumerable.Range(0, 8).Select(_ => 0.1 + random.NextDouble() - (name == "weight" ? 0.6 : 0))],
                [8],
                torch.float32
            );
        var (group, subject) = (Group(Vgg, "block2.conv"), new PlanSubject(new NetworkGraph(Vgg), weights));
        var folded = new FoldedCriterion().Of(group, subject)!;
        var plain = new MagnitudeCriterion(2).Of(group, subject)!;
        var (scale, variance) = (weights.Values("block2.bn.weight"), weights.Values("block2.bn.running_var"));
        for (var i = 0; i < 8; i++)
            Assert.Equal(plain[i] * Math.Abs(scale[i]) / Math.Sqrt(variance[i] + 1e-5), folded[i], 1e-6);
        // The fourth filter, three times as large; its statistics are, too.
        using var still = torch.no_grad();
        weights["block2.conv.weight"][3].mul_(3);
        weights["block2.bn.running_var"][3].mul_(9);
        Assert.Equal(folded[3], new FoldedCriterion().Of(group, subject)![3], 1e-4 * folded[3]);
        Assert.Equal(3 * plain[3], new MagnitudeCriterion(2).Of(group, subject)![3], 1e-5 * plain[3]);
    }

    [Fact]
    public void Sensitivity_is_the_slope_of_the_loss_along_each_mask_image_by_image()
    {
        using var scope = torch.NewDisposeScope();
        using var single = Initialization.Draw(Residual, 2);
        using var model = new Model(Residual, single.Copy(torch.float64));
        var colour = new ImageSet(
            "colour",
            new Shape(3, 32, 32),
            [.. Enumerable.Range(0, 5 * 3 * 1024).Select(i => (byte)(i * 7919 % 251))],
            [0, 3, 5, 7, 9],
            Set.Classes
        );
        var normalization = Normalization.Of(colour);
        var sensitivity = Sensitivity.Of(model, colour, normalization);
        var group = ChannelGroups
            .Of(Residual)
            .First(g => g.FrozenBecause is null && g.Channels.Keys.Count(k => Residual[k].Layer is BatchNorm) > 1);
        string[] norms = [.. group.Channels.Keys.Where(k => Residual[k].Layer is BatchNorm)];
        using var batch = ImageBatches.InOrder(colour, normalization).Make([0, 1, 2, 3, 4]);
        model.eval();
        using var still = torch.no_grad();
        double[] Losses(int unit, double mask)
        {
            using var step = torch.NewDisposeScope();
            var overrides = norms
                .SelectMany(n => new[] { $"{n}.weight", $"{n}.bias" }.Select(p => (Name: p, Node: n)))
                .ToDictionary(
                    p => p.Name,
                    p =>
                    {
                        var masked = model[p.Name].clone();
                        foreach (var channel in group.Channels[p.Node][unit])
                            masked[channel] *= mask;
                        return masked;
                    }
                );
            var output = model.Run(
                new Dictionary<string, torch.Tensor>
                {
                    [Residual.Inputs.First().Name] = batch.Images.to(torch.float64),
                },
                overrides: overrides
            )[Residual.Outputs[0]];
            return [.. F.cross_entropy(output, batch.Labels, reduction: torch.nn.Reduction.None).data<double>()];
        }
        var subject = new PlanSubject(new NetworkGraph(Residual), single, sensitivity);
        var taylor = new SensitivityCriterion(Squared: false).Of(group, subject)!;
        var fisher = new SensitivityCriterion(Squared: true).Of(group, subject)!;
        for (var unit = 0; unit < group.Units; unit++)
        {
            const double Step = 1e-6;
            double[] slopes = [.. Losses(unit, 1 + Step).Zip(Losses(unit, 1 - Step), (a, b) => (a - b) / (2 * Step))];
            Assert.Equal(slopes.Average(Math.Abs), taylor[unit], 1e-5 * slopes.Max(Math.Abs) + 1e-9);
            Assert.Equal(slopes.Average(s => s * s), fisher[unit], 1e-4 * slopes.Max(s => s * s) + 1e-9);
        }
    }

    [Fact]
    public void Deviation_is_that_of_what_is_read_over_all_images_and_positions()
    {
        using var scope = torch.NewDisposeScope();
        using var single = Initialization.Draw(Vgg, 2);
        using var model = new Model(Vgg, single.Copy(torch.float64));
        var unlabelled = new ImageSet(
            Set.Name,
            Set.Shape,
            [.. Enumerable.Range(0, 40).SelectMany(i => Set.Image(i).ToArray())]
        );
        var evidence = Activations.Of(model, unlabelled, Norm);
        Assert.Equal(40, evidence.Images);
        using var batch = ImageBatches.InOrder(Set, Norm).Make([.. Enumerable.Range(0, 40)]);
        model.eval();
        using var still = torch.no_grad();
        var read = Vgg.Nodes.Single(n => n.Name == "block2.conv").Inputs[0]; // behind activation and pooling
        var values = model.Run(
            new Dictionary<string, torch.Tensor> { [Vgg.Inputs.First().Name] = batch.Images.to(torch.float64) },
            [read]
        )[read];
        var group = Group(Vgg, "block1.conv");
        var importance = new DeviationCriterion().Of(group, new(new NetworkGraph(Vgg), single, evidence))!;
        for (var unit = 0; unit < group.Units; unit++)
        {
            double[] seen = [.. values[torch.TensorIndex.Colon, unit].flatten().data<double>()];
            Assert.Equal(
                Math.Sqrt(seen.Average(s => (s - seen.Average()) * (s - seen.Average()))),
                importance[unit],
                1e-9
            );
        }
    }

    [Fact]
    public void Normalised_importance_has_mean_one_and_jitter_keeps_the_order_within_layers()
    {
        using var weights = Initialization.Draw(Vgg, 4);
        var group = Group(Vgg, "block2.conv");
        var subject = new PlanSubject(new NetworkGraph(Vgg), weights);
        double[] Of(PlanOptions options) => CriterionKind.Make(options, subject.Graph).Of(group, subject)!;
        var plain = Of(new() { Criterion = "l1" });
        Assert.Equal(1, Of(new() { Criterion = "l1", Normalized = true }).Average(), 1e-12);
        var jittered = Of(new() { Criterion = "l1", Jitter = 3 });
        var factors = jittered.Zip(plain, (j, p) => j / p).ToArray();
        Assert.All(factors, f => Assert.Equal(factors[0], f, 1e-12));
        Assert.InRange(factors[0], 0.5, 2);
        Assert.NotEqual(jittered, Of(new() { Criterion = "l1", Jitter = 4 }));
        Assert.NotEqual(Of(new() { Criterion = "random", Seed = 1 }), Of(new() { Criterion = "random", Seed = 2 }));
    }

    [Fact]
    public void What_must_be_measured_is_asked_for()
    {
        using var model = new Model(Vgg, 3);
        string Refusal(PlanOptions options) => Assert.Throws<PlanException>(() => Planner.Plan(model, options)).Message;
        Assert.Contains(
            "measured on training images",
            Refusal(new() { Target = new PlanTarget.Macs(0.5), Criterion = "taylor" })
        );
        Assert.Contains(
            "there is no such one",
            Refusal(new() { Target = new PlanTarget.Macs(0.5), Criterion = "luck" })
        );
        Assert.Contains("PlanTarget.Zeros", Refusal(new() { Target = new PlanTarget.Zeros(), Criterion = "l1" }));
    }

    /// <summary>Evidence and a criterion of a program's own: an order that was asked for.</summary>
    private sealed class Votes(params double[] votes) : Evidence
    {
        public override int Images => 3;

        internal double[] Of => votes;
    }

    private sealed record Elected : Criterion
    {
        public override double[]? Of(ChannelGroup group, PlanSubject subject, ImportanceReduction reduction) =>
            subject.Measured<Votes>().Of;
    }

    [Fact]
    public void A_criterion_judges_by_evidence_of_its_own_and_by_no_other()
    {
        using var model = new Model(Vgg, 3);
        using var weights = model.CopyWeights();
        var (graph, group) = (new NetworkGraph(Vgg), Group(Vgg, "block1.conv"));
        var measured = new PlanSubject(graph, weights, new Votes(1, 2, 3, 4, 5, 6));
        Assert.Equal([1, 2, 3, 4, 5, 6], new Elected().Of(group, measured, default)!);
        var refusal = Assert.Throws<PlanException>(() => new SensitivityCriterion(Squared: true).Of(group, measured));
        Assert.Contains("judges by a Sensitivity, but a Votes was measured", refusal.Message);
        refusal = Assert.Throws<PlanException>(() => new Elected().Of(group, new(graph, weights), default));
        Assert.Contains("a Votes, which is measured on training images", refusal.Message);
    }

    [Fact]
    public void Networks_without_batchnorm_can_be_judged_by_their_filters()
    {
        var b = new NetworkBuilder("plain", new Shape(3, 8, 8));
        var input = b.Input;
        var network = b.Build(b.Convolution("b", b.Activation("r", b.Convolution("a", input, 6)), 4));
        using var model = new Model(network, 1);
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0.5), Criterion = "l2" };
        var plan = Planner.Plan(model, options);
        Assert.Equal(2, plan.Groups.Single(g => g.Group == "a").Kept.Length);
        Assert.Throws<PlanException>(() => Planner.Plan(model, options with { Criterion = "scale" }));
    }

    [Fact]
    public void The_uniform_control_has_one_share_and_no_more_multiply_adds()
    {
        using var model = new Model(Vgg, 3);
        var plan = Planner.Plan(model, new() { Target = new PlanTarget.Macs(0.4), Criterion = "l1" });
        var uniform = UniformControl.Like(model, plan);
        Assert.True(NetworkCost.Of(uniform.Target()).Macs <= NetworkCost.Of(plan.Target()).Macs);
        var shares = uniform
            .Groups.Where(g => g.Kept.Length < g.Units)
            .Select(g => g.Kept.Length / (double)g.Units)
            .ToArray();
        Assert.Equal(3, shares.Length);
        Assert.True(shares.Max() - shares.Min() <= 1 / 6.0);
        // One step wider needs more.
        var share = Assert.IsType<PlanTarget.Ratio>(uniform.Options.Target);
        Assert.True(share.PerLayer);
        var wider = Planner.Plan(model, uniform.Options with { Target = share with { Share = share.Share - 0.001 } });
        Assert.True(NetworkCost.Of(wider.Target()).Macs > NetworkCost.Of(plan.Target()).Macs);
    }

    [Theory]
    [InlineData("l1")]
    [InlineData("l2")]
    [InlineData("median")]
    public void Without_scales_filters_compare_within_their_layers_unless_told_otherwise(string criterion)
    {
        // The second layer's filters are a hundredth of the first's: as they are, the second goes before any of the
        // first does.
        var b = new NetworkBuilder("bare", new Shape(3, 8, 8));
        var x = b.Activation("relu.a", b.Convolution("a", b.Input, 16));
        x = b.Activation("relu.b", b.Convolution("b", x, 16));
        var network = b.Build(b.Linear("fc", b.GlobalAveragePool("pool", x), 4));
        using var weights = Initialization.Draw(network, 1);
        using (torch.no_grad())
            weights["b.weight"].mul_(0.01);
        PlanOptions Options(bool? normalized) =>
            new()
            {
                Target = new PlanTarget.Ratio(0.4),
                Criterion = criterion,
                Normalized = normalized,
            };
        int Least(SlimmingPlan plan) => plan.Groups.Where(g => g.Group is "a" or "b").Min(g => g.Kept.Length);
        var usual = Planner.Plan(network, weights, Options(null));
        Assert.InRange(Least(usual), 4, 16);
        Assert.Empty(usual.Warnings);
        Assert.Equal(
            Planner.Plan(network, weights, Options(true)).Groups.SelectMany(g => g.Kept),
            usual.Groups.SelectMany(g => g.Kept)
        );
        var asTheyAre = Planner.Plan(network, weights, Options(false));
        Assert.Equal(3, asTheyAre.Groups.Single(g => g.Group == "b").Kept.Length); // all ⌊0.4·32⌋ + 1 are its
        var emptied = Planner.Plan(network, weights, Options(false) with { Target = new PlanTarget.Ratio(0.6) });
        Assert.Equal(1, Least(emptied));
        Assert.Contains(emptied.Warnings, w => w.Kind == PlanWarning.NotNormalized);
    }

    [Fact]
    public void With_scales_the_default_compares_filters_as_they_are()
    {
        var network = SlimSharp.Zoo.Vgg.Create(11, 10, 0.1);
        using var weights = Initialization.Draw(network, 1);
        PlanOptions Options(bool? normalized) =>
            new()
            {
                Target = new PlanTarget.Macs(0.6),
                Criterion = "l1",
                Normalized = normalized,
            };
        Assert.Equal(
            Planner.Plan(network, weights, Options(false)).Groups.SelectMany(g => g.Kept),
            Planner.Plan(network, weights, Options(null)).Groups.SelectMany(g => g.Kept)
        );
    }
}
