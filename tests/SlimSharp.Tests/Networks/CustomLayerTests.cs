using System.Text.Json;
using SlimSharp.Formats;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using SlimSharp.Slimming;
using TorchSharp;
using static SlimSharp.Tests.Networks.AddedKinds;
using static SlimSharp.Tests.Slimming.RandomCuts;

namespace SlimSharp.Tests.Networks;

/// <summary>Layer kinds that a program adds at run time.</summary>
public class CustomLayerTests
{
    [Fact]
    public void Parameters_of_an_added_kind_begin_as_it_says()
    {
        using var model = new Model(Network(), seed: 3);
        Assert.All(Numbers.Read(model["swish.slope"]), s => Assert.Equal(0.5, s));
        var mix = Numbers.Read(model["mixer.mix"]);
        Assert.Equal(35, mix.Distinct().Count());
        Assert.InRange(Math.Sqrt(mix.Average(m => m * m)), 0.35, 0.65); // of 35 normal numbers with a deviation of 0.5
    }

    [Fact]
    public void An_added_kind_is_trained()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new Model(Network(), seed: 1);
        var (images, labels) = (torch.randn([32, 3, 8, 8]), torch.arange(32) % 4);
        var before = model.CopyWeights();
        var descent = torch.optim.Adam(model.parameters(), 0.03);
        var losses = new List<float>();
        for (var i = 0; i < 60; i++)
        {
            var loss = torch.nn.functional.cross_entropy(model.call(images), labels);
            descent.zero_grad();
            loss.backward();
            descent.step();
            losses.Add(loss.item<float>());
        }
        Assert.True(losses[^1] < 0.7 * losses[0], $"{losses[0]} to {losses[^1]}");
        foreach (var name in (string[])["swish.slope", "mixer.mix"])
            Assert.NotEqual(before.HashOf(name), model.CopyWeights().HashOf(name));
    }

    [Fact]
    public void Gradients_of_an_added_kind_are_those_of_differences()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new Model(Network(), Drawn.Wide(Network(), 2));
        var images = torch.randn([4, 3, 8, 8], torch.float64);
        double Loss()
        {
            using var still = torch.no_grad();
            return model.call(images).square().sum().item<double>();
        }
        model.call(images).square().sum().backward();
        foreach (var name in (string[])["swish.slope", "mixer.mix", "conv1.weight"])
        {
            var (parameter, values) = (model[name], Numbers.Read(model[name]));
            using var flat = parameter.detach().view(-1);
            const double Step = 1e-6;
            values[2] += Step;
            Numbers.Write(flat, values);
            var above = Loss();
            values[2] -= 2 * Step;
            Numbers.Write(flat, values);
            var below = Loss();
            values[2] += Step;
            Numbers.Write(flat, values);
            var exact = Numbers.Read(parameter.grad!)[2];
            Assert.Equal(exact, (above - below) / (2 * Step), 1e-5 * Math.Max(1, Math.Abs(exact)));
        }
    }

    [Fact]
    public void A_kind_that_says_nothing_of_its_channels_freezes_what_is_around_it_and_nothing_else()
    {
        var groups = ChannelGroups.Of(Network());
        var frozen = groups.Where(g => g.FrozenBecause is not null).SelectMany(g => g.Channels.Keys).ToHashSet();
        Assert.Equal(["classifier", "hidden", "input", "mixer"], frozen.Order());
        Assert.Contains(groups, g => g.FrozenBecause?.ToString().Contains("Mixer", StringComparison.Ordinal) == true);
        Assert.Equal(["conv1", "second.conv"], groups.Where(g => g.FrozenBecause is null).Select(g => g.Name));
    }

    [Fact]
    public void A_network_with_added_kinds_is_cut_under_a_certificate_stored_and_read()
    {
        using var model = RandomModel(Network(), 1);
        using var cut = Cut(model, 4, 0.5);
        Assert.True(cut.Certificate.StructureDifference < 1e-12);
        Assert.True(cut.Model.Network.Shapes["swish"].Channels < 8);
        Assert.Equal(cut.Model.Network.Shapes["swish"].Channels, cut.Model["swish.slope"].shape[0]);

        var path = Path.Combine(Machine.Folder(), "cut.slim");
        using (var file = cut.ToFile())
            file.Save(path);
        using var read = SlimFile.Load(path);
        Assert.Equal(cut.Model.Network, read.Network);
        Assert.DoesNotContain(Verification.Of(read), c => c.Holds == false);
        using var scope = torch.NewDisposeScope();
        using var again = read.ToModel();
        again.eval();
        cut.Model.eval();
        var images = torch.randn([2, 3, 8, 8]);
        Assert.Equal(Numbers.Read(cut.Model.call(images)), Numbers.Read(again.call(images)));
    }

    [Fact]
    public void An_added_kind_is_exported_by_its_writer_and_refused_without_one()
    {
        Add();
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("swish", new Shape(3, 8, 8));
        var x = b.Node("swish", new Swish(0.5), b.BatchNorm("bn1", b.Convolution("conv1", b.Input, 8)));
        x = b.Node("swish2", new Swish(0.5), b.Linear("hidden", b.GlobalAveragePool("pool", x), 6));
        var network = b.Build(b.Linear("classifier", x, 4));
        using var weights = Drawn.Weights(network);
        var inputs = Drawn.Inputs(network, 3, 1);
        Assert.InRange(
            OnnxCheck.Difference(OnnxExport.Of(network, weights), network, weights, inputs),
            0,
            OnnxCheck.Tolerance
        );

        using var others = Drawn.Weights(Network());
        var refused = Assert.Throws<NetworkException>(() => OnnxExport.Of(Network(), others));
        Assert.Contains("'mixer' is of the kind Mixer, of which nobody says what it is in ONNX", refused.Message);
    }

    [Fact]
    public void A_file_with_a_kind_that_was_not_added_is_refused_in_a_sentence()
    {
        var json = JsonSerializer.Serialize(Network(), SlimJson.Default.Network).Replace("test.swish", "test.unheard");
        var refused = Assert.Throws<JsonException>(() => CheckedJson.Read(json, SlimJson.Default.Network));
        Assert.Contains(
            "it is of the kind 'test.unheard', which is not known here; a program that uses such layers adds the kind (CustomLayers.Add) before it reads them",
            refused.Message
        );
    }

    [Fact]
    public void A_kind_that_nobody_added_is_neither_run_nor_stored()
    {
        var b = new NetworkBuilder("forgotten", new Shape(3));
        var network = b.Build(b.Linear("classifier", b.Node("strange", new Forgotten(), b.Input), 2));
        using var model = new Model(network);
        using var x = torch.zeros(2, 3);
        Assert.Contains("'strange' is of the kind Forgotten", Refusal(() => model.call(x)));
        Assert.Contains(
            "Layers of the kind Forgotten cannot be stored",
            Refusal(() => JsonSerializer.Serialize(network, SlimJson.Default.Network))
        );
    }

    [Fact]
    public void A_kind_that_makes_another_shape_than_it_says_is_refused()
    {
        CustomLayers.Add<Liar>("test.liar", (_, run) => run.Input.alias());
        var b = new NetworkBuilder("liar", new Shape(3));
        var network = b.Build(b.Linear("classifier", b.Node("doubled", new Liar(), b.Input), 2));
        Assert.Contains("'doubled'", Refusal(() => ChannelGroups.Of(network)));
        using var model = new Model(network);
        using var x = torch.zeros(2, 3);
        Assert.Contains("The layer 'doubled' (Liar) made 2×3, but its shape is N×6.", Refusal(() => model.call(x)));
    }

    [Fact]
    public void Two_kinds_do_not_share_a_name_and_one_has_not_two()
    {
        Add();
        Add();
        Assert.Contains("'linear' is the layer kind Linear already", Refusal(() => Named<Forgotten>("linear")));
        Assert.Contains("is called 'test.swish' already", Refusal(() => Named<Swish>("test.other")));
        Assert.Contains("a property called 'kind'", Refusal(() => Named<Kindly>("test.kindly")));
        Assert.Contains("needs a name", Refusal(() => Named<Forgotten>(" ")));

        static void Named<T>(string name)
            where T : CustomLayer => CustomLayers.Add<T>(name, (_, run) => run.Input);
    }

    [Fact]
    public void Every_kind_of_the_library_has_a_name_and_is_compiled_for_JSON()
    {
        var kinds = typeof(Layer).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract);
        Assert.All(kinds, k => Assert.NotNull(LayerNames.NameOf(k)));
        Assert.All(kinds, k => Assert.NotNull(LayerJson.Default.GetTypeInfo(k)));
    }

    private static string Refusal(Action act) => Assert.Throws<NetworkException>(act).Message;
}
