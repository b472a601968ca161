using SlimSharp.Models;
using SlimSharp.Models.Kernels;
using SlimSharp.Networks;
using SlimSharp.Tests.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Models;

/// <summary>
/// What kernels and overrides are given besides images: they read what they were made for, and write over nothing of
/// others.
/// </summary>
public class KernelInputTests
{
    [Fact]
    public void Overrides_of_another_shape_type_or_name_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        var network = Topologies.All["chain"];
        using var model = new Model(network, Drawn.Weights(network));
        var inputs = Drawn.Inputs(network, 2, 1);
        string Refusal(string name, torch.Tensor tensor) =>
            Assert
                .Throws<NetworkException>(() =>
                    model.Run(inputs, overrides: new Dictionary<string, torch.Tensor> { [name] = tensor })
                )
                .Message;
        Assert.Contains("is 3, but it must be 8", Refusal("block1.bn.weight", torch.ones(3)));
        Assert.Contains("float64", Refusal("block1.bn.weight", torch.ones(8, torch.float64)));
        Assert.Contains("no parameter", Refusal("block1.bn.wait", torch.ones(8)));
    }

    [Fact]
    public void Gradients_that_others_read_too_are_not_written_over()
    {
        using var scope = torch.NewDisposeScope();
        var b = new NetworkBuilder("two", new Shape(4, 6, 6));
        var one = b.BatchNorm("bn1", b.Convolution("conv1", b.Input, 4));
        var two = b.BatchNorm("bn2", b.Convolution("conv2", b.Activation("relu", one), 4));
        var network = b.Build(one, two);
        using var weights = Drawn.Wide(network, 3);
        var x = Drawn.Inputs(network, 3, 1)["input"];
        var given = Drawn.Inputs(network, 3, 2)["input"].permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Dictionary<string, torch.Tensor> Gradients(torch.ScalarType type, ScheduleOptions options)
        {
            using var model = new Model(network, weights.Copy(type)) { Options = options };
            var values = model.Run(new Dictionary<string, torch.Tensor> { ["input"] = x.to(type) }, ["bn1", "bn2"]);
            var gradient = given.to(type);
            values["bn1"].add(values["bn2"]).backward([gradient]); // both get this very tensor
            Assert.Equal(0, Numbers.RelativeDifference(gradient, given));
            return model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.clone());
        }
        var plain = Gradients(torch.float64, ScheduleOptions.Plain);
        foreach (var (name, gradient) in Gradients(torch.float32, new()))
            Assert.True(Numbers.RelativeDifference(gradient, plain[name]) < 1e-3, name);
    }

    [Fact]
    public void Kernels_read_nothing_but_dense_rows_of_float32_and_bfloat16()
    {
        using var scope = torch.NewDisposeScope();
        var x = torch.randn(6, 5);
        Assert.All(InputTests.Types.Where(t => t != torch.bfloat16), t => Assert.False(Rows.Fit(x.to(t))));
        Assert.All(
            InputTests.Types.Where(t => t != torch.bfloat16),
            t => Assert.Throws<NotSupportedException>(() => Rows.Of(x.to(t)))
        );
        Assert.False(Rows.Fit(x.t()));
        Assert.False(Rows.Fit(x.narrow(0, 0, 1).expand(6, 5)));
        Assert.False(Rows.Fit(x.narrow(1, 0, 1).expand(6, 5)));
        Assert.True(Rows.Fit(x.narrow(1, 1, 3)));
        Assert.True(Rows.Fit(x.narrow(0, 0, 1)));
        Assert.False(Rows.Fit(torch.randn(2, 3, 4, 5)));
        Assert.True(Rows.Fit(torch.randn(2, 4, 5, 3).permute(0, 3, 1, 2)));
        Assert.True(Rows.Fit(torch.randn(2, 3, 4)));
        Assert.False(Rows.Fit(torch.randn(2, 3, 4).transpose(1, 2)));
        Assert.False(Rows.Fit(torch.randn([2, 3, 4, 5, 6])));
        var (rows, other) = (Rows.Of(x), Rows.Of(torch.randn(6, 4)));
        var affine = new Affine(new float[5], new float[5], 0, 1);
        Assert.Throws<NotSupportedException>(() => ChannelKernels.Apply<Brain16>(rows, rows, affine));
        Assert.Throws<NotSupportedException>(() => ChannelKernels.Apply<Single32>(rows, other, affine));
        Assert.Throws<NotSupportedException>(() => ChannelKernels.Copy<Single32>(rows, other));
        Assert.Throws<NotSupportedException>(() => ChannelKernels.Sums<Single32>(rows, null, new float[4], null));
        Assert.Throws<NotSupportedException>(() =>
            ChannelKernels.Differentiate<Single32>(rows, rows, rows, affine, new float[5], new float[4], add: false)
        );
    }
}
