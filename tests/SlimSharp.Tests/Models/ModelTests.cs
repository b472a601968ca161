using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Tests.Networks;
using SlimSharp.Zoo;
using TorchSharp;

namespace SlimSharp.Tests.Models;

using static TorchSharp.torch.nn;

public class ModelTests
{
    private static Dictionary<string, torch.Tensor> Inputs(Network network, int count, torch.ScalarType type)
    {
        torch.random.manual_seed(1);
        return network.Inputs.ToDictionary(i => i.Name, i => torch.randn(network.Shapes[i.Name].Sizes(count), type));
    }

    private static Model Random(Network network, torch.ScalarType type)
    {
        using var weights = Drawn.Wide(network, seed: 3);
        return new(network, weights.Copy(type));
    }

    [Fact]
    public void Inferred_shapes_are_those_of_the_tensors()
    {
        foreach (var network in Topologies.All.Values)
        {
            using var scope = torch.NewDisposeScope();
            using var model = Random(network, torch.float32);
            model.eval();
            var values = model.Run(Inputs(network, 2, torch.float32), [.. network.Nodes.Select(n => n.Name)]);
            Assert.All(network.Nodes, n => Assert.Equal(network.Shapes[n.Name].Sizes(2), values[n.Name].shape));
        }
    }

    [Fact]
    public void A_model_computes_what_stock_modules_compute()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Random(Vgg.Create("small", [8, 0, 12]), torch.float32);
        using var stock = Sequential(
            Conv2d(3, 8, 3, padding: 1, bias: false),
            BatchNorm2d(8),
            ReLU(),
            MaxPool2d(2),
            Conv2d(8, 12, 3, padding: 1, bias: false),
            BatchNorm2d(12),
            ReLU(),
            AvgPool2d(16),
            Flatten(),
            Linear(12, 10)
        );
        var names = model.Network.Parameters().Select(p => p.Name).ToArray();
        var tensors = stock.state_dict();
        var places = new Dictionary<string, int>
        {
            ["block1.conv"] = 0,
            ["block1.bn"] = 1,
            ["block2.conv"] = 4,
            ["block2.bn"] = 5,
            ["classifier"] = 9,
        };
        using (torch.no_grad())
        {
            foreach (var name in names)
            {
                var (node, parameter) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
                tensors[$"{places[node]}.{parameter}"].copy_(model[name]);
            }
        }
        var x = torch.randn(4, 3, 32, 32);
        foreach (var training in new[] { true, false })
        {
            model.train(training);
            stock.train(training);
            Assert.True(Numbers.RelativeDifference(model.forward(x), stock.call(x)) < 1e-5);
        }
        Assert.True(
            Numbers.RelativeDifference(model["block2.bn.running_var"], stock.state_dict()["5.running_var"]) < 1e-5
        );
    }

    [Fact]
    public void Every_kind_of_layer_computes_what_its_stock_module_computes()
    {
        (Layer Layer, Module<torch.Tensor, torch.Tensor> Stock)[] pairs =
        [
            (
                new TransposedConvolution(6, 3)
                {
                    Stride = 2,
                    Padding = 1,
                    OutputPadding = 1,
                    Groups = 2,
                    Bias = true,
                },
                ConvTranspose2d(4, 6, 3, stride: 2, padding: 1, output_padding: 1, groups: 2)
            ),
            (new PRelu(), PReLU(4, 0.25)),
            (new GroupNorm(2), GroupNorm(2, 4)),
            (new Upsample(2), Upsample(scale_factor: [2, 2], mode: torch.UpsampleMode.Nearest)),
            (
                new Upsample(3) { Bilinear = true },
                Upsample(scale_factor: [3, 3], mode: torch.UpsampleMode.Bilinear, align_corners: false)
            ),
        ];
        foreach (var (layer, stock) in pairs)
        {
            using var scope = torch.NewDisposeScope();
            var b = new NetworkBuilder("one", new Shape(4, 5, 6));
            using var model = Random(b.Build(b.Node("layer", layer, b.Input)), torch.float32);
            using (torch.no_grad())
            {
                foreach (var (name, tensor) in stock.state_dict())
                    tensor.copy_(model[$"layer.{name}"]);
            }
            var x = torch.randn(3, 4, 5, 6);
            Assert.True(Numbers.RelativeDifference(model.forward(x), stock.call(x)) < 1e-6, $"{layer}");
        }
    }

    [Fact]
    public void A_layer_norm_has_mean_and_deviation_of_its_shift_and_gain_at_every_position()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("one", new Shape(16, 2, 3));
        using var model = new Model(b.Build(b.Node("layer", new LayerNorm(), b.Input)));
        var y = model.forward(torch.randn(3, 16, 2, 3));
        Assert.True(y.mean([1]).abs().max().item<float>() < 1e-6);
        Assert.True((y.mul(y).mean([1]) - 1).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void Shared_parameters_are_one_tensor_that_both_places_train()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("shared", new Shape(4));
        using var model = new Model(b.Build(b.Again("b", "a", b.Linear("a", b.Input, 4))), seed: 1);
        Assert.Equal(2, model.parameters().Count());
        var (x, w) = (torch.randn(2, 4), model["a.weight"]);
        var twice = torch.nn.functional.linear(torch.nn.functional.linear(x, w, model["a.bias"]), w, model["a.bias"]);
        Assert.True(Numbers.RelativeDifference(model.forward(x), twice) < 1e-6);
        model.forward(x).sum().backward();
        var gradient = model["a.weight"].grad!.clone();
        model.zero_grad();
        twice.sum().backward();
        Assert.True(Numbers.RelativeDifference(gradient, model["a.weight"].grad!) < 1e-6);
    }

    [Fact]
    public void Schedules_agree_with_the_plain_one()
    {
        foreach (var network in Topologies.All.Values)
        {
            using var scope = torch.NewDisposeScope();
            using var model = Random(network, torch.float32);
            model.eval();
            var inputs = Inputs(network, 3, torch.float32);
            model.Options = ScheduleOptions.Plain;
            var plain = model.Run(inputs);
            foreach (
                var (options, tolerance) in new[]
                {
                    (new ScheduleOptions(), 1e-5),
                    (new ScheduleOptions { BFloat16 = true }, 0.1),
                }
            )
            {
                model.Options = options;
                var other = model.Run(inputs);
                Assert.All(
                    network.Outputs,
                    o =>
                        Assert.True(
                            Numbers.RelativeDifference(other[o], plain[o]) < tolerance,
                            $"{network.Name} {options}"
                        )
                );
            }
        }
    }

    [Fact]
    public void A_schedule_is_printable_and_frees_every_value_once()
    {
        foreach (var network in Topologies.All.Values)
        {
            var schedule = Schedule.Of(network, ScheduleOptions.Plain, network.Outputs);
            var freed = schedule.Steps.SelectMany(s => s.Frees).ToArray();
            Assert.Equal(network.Nodes.Select(n => n.Name).Except(network.Outputs).Order(), freed.Order());
            Assert.Equal(network.Nodes.Length, schedule.ToString().Split(Environment.NewLine).Length);
        }
    }

    [Fact]
    public void Overrides_stand_in_for_parameters_and_any_node_can_be_tapped()
    {
        using var scope = torch.NewDisposeScope();
        using var model = Random(Vgg.Create("small", [8, 0, 12]), torch.float32);
        model.eval();
        var inputs = Inputs(model.Network, 2, torch.float32);
        var zero = new Dictionary<string, torch.Tensor>
        {
            ["block2.bn.weight"] = torch.zeros(12),
            ["block2.bn.bias"] = torch.zeros(12),
        };
        var values = model.Run(inputs, ["block2.relu", "classifier"], zero);
        Assert.Equal(0, values["block2.relu"].abs().max().item<float>());
        Assert.True(torch.allclose(values["classifier"][0], model["classifier.bias"]));
    }

    [Fact]
    public void A_model_is_initialised_as_published()
    {
        var network = Vgg.Create(16, width: 0.5);
        using var weights = Initialization.Draw(network, seed: 7);
        Assert.All(
            network.Parameters().Where(p => p.Parameter.Role == ParameterRole.Scale),
            p => Assert.All(weights.Values(p.Name), v => Assert.Equal(0.5, v))
        );
        Assert.All(
            network.Parameters().Where(p => p.Parameter.Role is ParameterRole.Shift or ParameterRole.RunningMean),
            p => Assert.All(weights.Values(p.Name), v => Assert.Equal(0, v))
        );
        double Deviation(string name) => Math.Sqrt(weights.Values(name).Average(v => v * v));
        Assert.Equal(Math.Sqrt(2.0 / (9 * 256)), Deviation("block9.conv.weight"), 1e-4);
        Assert.Equal(0.01, Deviation("classifier.weight"), 5e-4);
        using var again = Initialization.Draw(network, seed: 7);
        using var other = Initialization.Draw(network, seed: 8);
        Assert.Equal(weights.Hash(), again.Hash());
        Assert.NotEqual(weights.Hash(), other.Hash());
    }

    [Fact]
    public void Missing_stray_and_misshapen_tensors_are_named()
    {
        var network = Vgg.Create("small", [4]);
        string Refusal(Action<Weights> change)
        {
            using var weights = Initialization.Draw(network, 0);
            change(weights);
            return Assert.Throws<NetworkException>(() => new Model(network, weights)).Message;
        }
        Assert.Contains("hold a tensor 'stray'", Refusal(w => w["stray"] = torch.zeros(1)));
        Assert.Contains("'block1.bn.bias' is 5", Refusal(w => w["block1.bn.bias"] = torch.zeros(5)));
        using var empty = new Weights();
        Assert.Contains(
            "lack the tensor 'block1.conv.weight'",
            Assert.Throws<NetworkException>(() => new Model(network, empty)).Message
        );
    }

    [Fact]
    public void A_moved_model_keeps_its_names()
    {
        using var scope = torch.NewDisposeScope();
        using var model = new Model(Vgg.Create("small", [4, 0, 6]));
        model.eval();
        var x = torch.randn(2, 3, 32, 32);
        var before = model.forward(x);
        model.to(torch.float64);
        Assert.Equal(torch.float64, model.Type);
        Assert.True(Numbers.RelativeDifference(model.forward(x.to(torch.float64)), before) < 1e-5);
    }

    [Fact]
    public void Dropout_depends_on_seed_epoch_and_image_only()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("dropout", new Shape(64));
        using var model = new Model(b.Build(b.Dropout("dropout", b.Input, 0.25)), new Weights());
        torch.Tensor Run(long seed, int epoch, params int[] indices) =>
            model.Run(
                new Dictionary<string, torch.Tensor> { ["input"] = torch.ones(indices.Length, 64) },
                mode: new(true, new(seed, epoch, indices))
            )["dropout"];
        var all = Run(1, 0, 0, 1, 2, 3);
        Assert.Equal(0, Numbers.RelativeDifference(all[torch.TensorIndex.Slice(2, 4)], Run(1, 0, 2, 3)));
        Assert.NotEqual(0, Numbers.RelativeDifference(all, Run(1, 1, 0, 1, 2, 3)));
        Assert.NotEqual(0, Numbers.RelativeDifference(all, Run(2, 0, 0, 1, 2, 3)));
        var many = Run(5, 0, [.. Enumerable.Range(0, 400)]);
        Assert.Equal(1, many.mean().item<float>(), 0.02);
        Assert.Equal(1 / 0.75, many.max().item<float>(), 1e-5);
    }
}
