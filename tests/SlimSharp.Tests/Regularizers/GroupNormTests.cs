using System.Text.Json;
using SlimSharp.Data;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Penalties;
using SlimSharp.Regularizers;
using SlimSharp.Slimming;
using SlimSharp.Training;
using TorchSharp;

namespace SlimSharp.Tests.Regularizers;

/// <summary>The gains of GroupNorms are scales for whatever takes scales, or for none of it.</summary>
public class GroupNormTests
{
    private const string Gains = "group.weight";
    private const string Scales = "norm.weight";

    private static readonly Network Out = Make(true);
    private static readonly Network In = Out.WithGroupNormScales(true);
    private static readonly TrainingOptions Options = new() { Epochs = 1, BatchSize = 4 };

    private static Network Make(bool withBatchNorm)
    {
        var b = new NetworkBuilder("normed", new Shape(1, 8, 8));
        var x = b.Activation("relu1", b.Node("group", new GroupNorm(3), b.Convolution("conv1", b.Input, 6)));
        x = b.Convolution("conv2", x, 4);
        if (withBatchNorm)
            x = b.BatchNorm("norm", x);
        return b.Build(b.Linear("classifier", b.GlobalAveragePool("pool", b.Activation("relu2", x)), 3));
    }

    // A gain and a scale are zero from the start, with shifts through which their gradients get past the ReLU.
    private static Model Start(Network network)
    {
        var model = new Model(network, 3);
        using var still = torch.no_grad();
        foreach (var name in new[] { Gains, Scales })
            model[name][0] = torch.zeros(1)[0];
        foreach (var name in new[] { "group.bias", "norm.bias" })
            model[name][0] = torch.ones(1)[0];
        return model;
    }

    private static ImageSet Images()
    {
        var random = new Random(1);
        var pixels = new byte[8 * 64];
        random.NextBytes(pixels);
        return new("noise", new Shape(1, 8, 8), pixels, [0, 1, 2, 0, 1, 2, 0, 1], ["a", "b", "c"]);
    }

    private static (double[] Gains, double[] Scales) Trained(Network network, string? method)
    {
        using var model = Start(network);
        using var regularizers = RegularizerText.MakeAll(
            method is null ? [] : [RegularizerText.Parse(method)],
            new(model, Options, 8) { Warning = _ => { } }
        );
        new Trainer(Options, regularizers).Train(model, Images(), null, new([0.5], [0.25]));
        return (Numbers.Read(model[Gains]), Numbers.Read(model[Scales]));
    }

    public static TheoryData<string> ForScales =>
        [
            .. RegularizerKind
                .All.Where(k => k.ActsOnScales || k.Name is "variational" or "zeros")
                .Select(k => k.Example),
        ];

    [Theory]
    [MemberData(nameof(ForScales))]
    public void Every_method_for_scales_takes_all_gains_or_none(string method)
    {
        var plain = Trained(Out, null);
        Assert.Equal(plain, Trained(In, null), new Same());
        var (without, with) = (Trained(Out, method), Trained(In, method));
        Assert.NotEqual(plain.Scales, without.Scales);
        Assert.NotEqual(plain.Gains, with.Gains);
        if (method.StartsWith("variational", StringComparison.Ordinal))
            return; // its noise reaches gains by way of the loss
        Assert.NotEqual(0, without.Gains[0]);
        if (method == "zeros")
            Assert.Equal(0, with.Gains[0]);
    }

    private sealed class Same : IEqualityComparer<(double[] Gains, double[] Scales)>
    {
        public bool Equals((double[] Gains, double[] Scales) x, (double[] Gains, double[] Scales) y) =>
            x.Gains.SequenceEqual(y.Gains) && x.Scales.SequenceEqual(y.Scales);

        public int GetHashCode((double[] Gains, double[] Scales) of) => of.Gains.Length;
    }

    [Fact]
    public void What_methods_keep_and_what_is_counted_is_of_all_gains_or_of_none()
    {
        foreach (var (network, count) in new[] { (Out, 4), (In, 10) })
        {
            using var model = Start(network);
            string[] names = count == 4 ? [Scales] : [Gains, Scales];
            Assert.Equal(names, model.ScaleNames);
            Assert.Equal(count, BatchNormScales.Values(model).Length);
            Assert.Equal(count, NetworkCost.Of(network).Scales);
            using var splitting = new ProximalSplitting(model, new L1(), 0.1, 1);
            Assert.Equal(names.Length, splitting.Auxiliary.Count);
            using var variational = new VariationalScales(model, 8);
            Assert.Equal(names.Length, variational.Parameters.Count);
            using var zeros = new KeptZeros(model);
            Assert.Equal(names.Length, zeros.Count);
            var range = LambdaRange.Of(model, Images(), new([0.5], [0.25]), new L1());
            Assert.Equal(count - names.Length, range.Ratios.Count); // one of each is zero
            var rule = new Sgd { DecayScales = false }.Rules[0];
            var gains = network.Parameters().Single(p => p.Name == Gains).Parameter;
            Assert.Equal(count == 4, rule.Of.Selects(Gains, gains.Role));
            var epoch = new Trainer(Options).Train(model, Images(), null, new([0.5], [0.25])).History[0];
            Assert.Equal(BatchNormScales.Values(model).Count(s => s == 0) / (double)count, epoch.Zero);
        }
    }

    [Fact]
    public void Modules_of_others_say_it_with_the_method()
    {
        using var scope = torch.NewDisposeScope();
        var norm = torch.nn.GroupNorm(2, 4);
        using (torch.no_grad())
            norm.weight.fill_(1); // which begins as whatever is in memory
        using var module = torch.nn.Sequential(norm, torch.nn.BatchNorm2d(4));
        Assert.Equal(4, BatchNormScales.Values(module).Length);
        Assert.Equal(8, BatchNormScales.Values(module, withGroupNorm: true).Length);
        using var splitting = new ProximalSplitting(module, new L1(), 0.1, 1, withGroupNorm: true);
        Assert.Equal(2, splitting.Auxiliary.Count);
        new ProximalPenalty(new L1(), 1) { WithGroupNorm = true }.Shrink(module, 0.25);
        Assert.All(BatchNormScales.Values(module, withGroupNorm: true), s => Assert.Equal(0.75, s));
        new ProximalPenalty(new L1(), 1).Shrink(module, 0.25);
        Assert.Equal([0.75, 0.75, 0.75, 0.75, 0.5, 0.5, 0.5, 0.5], BatchNormScales.Values(module, true));
    }

    [Fact]
    public void A_plan_takes_gains_for_scales_if_it_is_told_to_and_the_cut_network_does_so_from_then_on()
    {
        var network = Make(false);
        using var model = new Model(network, 3);
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0.2) };
        var refusal = Assert.Throws<PlanException>(() => Planner.Plan(model, options));
        Assert.Contains("PlanOptions.GroupNormScales", refusal.Message);
        using (torch.no_grad())
            model[Gains].copy_(torch.tensor(new[] { 0.1f, 0.2f, 0.7f, 0.9f, 0.4f, 0.3f }));
        var plan = Planner.Plan(model, options with { GroupNormScales = true });
        Assert.Equal([1, 2], plan.Groups.Single(g => g.Group.Contains("conv1")).Kept); // two of three groups of two
        using var cut = Surgeon.Apply(model, SlimmingPlan.FromJson(plan.ToJson()));
        var norm = Assert.IsType<GroupNorm>(cut.Model.Network["group"].Layer);
        Assert.Equal((2, true), (norm.Groups, norm.GainsAreScales));

        // Out again for one plan, where the network has them in.
        using var inside = new Model(network.WithGroupNormScales(true), 3);
        Assert.NotEmpty(Planner.Plan(inside, options).Groups);
        Assert.Throws<PlanException>(() => Planner.Plan(inside, options with { GroupNormScales = false }));
    }

    [Fact]
    public void A_cut_network_that_is_retrained_with_its_gains_out_is_still_the_one_of_its_plan()
    {
        var network = Make(false);
        using var original = new SlimFile { Network = network, Weights = Initialization.Draw(network, 3) };
        using var model = original.ToModel();
        var options = new PlanOptions { Target = new PlanTarget.Ratio(0.4), GroupNormScales = true };
        using var cut = Surgeon.Apply(model, Planner.Plan(model, options));
        using var file = cut.ToFile(original);
        using var changed = new SlimFile(
            new SlimDescription
            {
                Network = file.Network.WithGroupNormScales(false),
                Plan = file.Plan,
                Certificate = file.Certificate,
            }
        )
        {
            Weights = file.Weights.Copy(),
            Probe = file.Probe?.Copy(),
        };
        Assert.All(Verification.Of(changed, original), c => Assert.True(c.Holds, $"{c}"));
    }

    [Fact]
    public void Files_from_before_there_was_a_choice_have_the_gains_as_scales()
    {
        var old = JsonSerializer
            .Serialize(Out, SlimJson.Default.Network)
            .Replace(",\"gainsAreScales\":false", "", StringComparison.Ordinal);
        Assert.DoesNotContain("gainsAreScales", old);
        Assert.Equal(In, JsonSerializer.Deserialize(old, SlimJson.Default.Network));
        foreach (var network in new[] { Out, In })
        {
            var json = JsonSerializer.Serialize(network, SlimJson.Default.Network);
            Assert.Equal(network, JsonSerializer.Deserialize(json, SlimJson.Default.Network));
        }
        Assert.NotEqual(Out, In);
    }
}
