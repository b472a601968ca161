using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Tests.Networks;
using TorchSharp;
using F = TorchSharp.torch.nn.functional;

namespace SlimSharp.Tests.Models;

/// <summary>
/// 1×1 convolutions that step over pixels: whatever the number of channels, and however the image is laid out, the
/// framework's in float64.
/// </summary>
public class StridedPixelsTests
{
    private sealed record Case(int Groups, int In, int Out, int Height, int Width, Extent Stride, bool Bias);

    private static readonly Gen<Case> Cases =
        from groups in Gen.Int[1, 3]
        from channels in Gen.Select(Gen.Int[1, 9], Gen.Int[1, 5])
        from size in Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9])
        from stride in Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3])
        from bias in Gen.Bool
        select new Case(
            groups,
            groups * channels.Item1,
            groups * channels.Item2,
            size.Item1,
            size.Item2,
            new(stride.Item1, stride.Item2),
            bias
        );

    private static readonly ScheduleOptions[] Schedules =
    [
        new(),
        new() { ChannelsLast = false },
        new() { OwnBackward = false },
        ScheduleOptions.Plain,
    ];

    // The first convolution is there so that the second one's input has a gradient.
    private static Network Build(Case c)
    {
        var b = new NetworkBuilder("steps", new Shape(2, c.Height, c.Width));
        var x = b.Convolution("first", b.Input, c.In, kernel: 1);
        var layer = new Convolution(c.Out, 1)
        {
            Stride = c.Stride,
            Groups = c.Groups,
            Bias = c.Bias,
        };
        return b.Build(b.Node("second", layer, x));
    }

    [Fact]
    public void They_have_the_values_and_gradients_of_the_framework() => Cases.Sample(Check, iter: 200, threads: 1);

    private static void Check(Case c)
    {
        using var scope = torch.NewDisposeScope();
        var network = Build(c);
        var images = torch.randn([3, 2, c.Height, c.Width], torch.float64, generator: new torch.Generator(1));
        var weights = Drawn.Wide(network, 1);
        var exact = weights.Names.ToDictionary(
            n => n,
            n => weights[n].to(torch.float64).detach().clone().requires_grad_()
        );
        var expected = F.conv2d(
            F.conv2d(images, exact["first.weight"]),
            exact["second.weight"],
            c.Bias ? exact["second.bias"] : null,
            [c.Stride.Height, c.Stride.Width],
            groups: c.Groups
        );
        expected.sin().sum().backward();
        // Not each by its own size: a gradient of few elements may nearly cancel.
        var size = Math.Sqrt(exact.Values.Sum(w => w.grad!.square().sum().item<double>()));
        foreach (var options in Schedules)
        {
            using var model = new Model(network, weights.Copy(torch.float32)) { Options = options };
            model.train();
            var output = model.forward(images.to(torch.float32));
            output.to(torch.float64).sin().sum().backward();
            Assert.InRange(Numbers.RelativeDifference(output, expected), 0, 1e-5);
            foreach (var (name, parameter) in model.named_parameters())
                Assert.InRange((parameter.grad! - exact[name].grad!).norm().item<double>(), 0, 1e-5 * (1 + size));
        }
    }
}
