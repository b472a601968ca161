using System.Collections.Immutable;
using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

/// <summary>Layer kinds as a program adds them.</summary>
internal static class AddedKinds
{
    /// <summary>Adds them; as often as tests ask.</summary>
    internal static void Add()
    {
        CustomLayers.Add<Swish>("test.swish", (layer, run) => run.Input * torch.sigmoid(run.Input * Spread(run)));
        CustomLayers.Add<Mixer>("test.mixer", (_, run) => run.Input.matmul(run["mix"].t()));
        CustomNodes.Add<Swish>(
            (_, node) =>
            {
                var gate = node.Add("Sigmoid", [node.Add("Mul", [node.Input, node.PerChannel("slope")])]);
                return node.Add("Mul", [node.Input, gate]);
            }
        );
    }

    private static torch.Tensor Spread(LayerRun run) =>
        run.Input.dim() == 4 ? run["slope"].view(1, -1, 1, 1) : run["slope"];

    /// <summary>An image through a swish that says its channels, and a vector through a mixer that does not.</summary>
    internal static Network Network()
    {
        Add();
        var b = new NetworkBuilder("added", new Shape(3, 8, 8));
        var x = b.Node("swish", new Swish(0.5), b.BatchNorm("bn1", b.Convolution("conv1", b.Input, 8)));
        x = b.GlobalAveragePool("pool", b.ConvBnRelu("second", x, 6));
        x = b.Node("mixer", new Mixer(7), b.Linear("hidden", x, 5));
        return b.Build(b.Linear("classifier", x, 4));
    }

    /// <summary>x·σ(slope·x), with a trained slope for each channel.</summary>
    /// <param name="Slope">What the slopes are at the start.</param>
    internal sealed record Swish(double Slope) : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

        public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
            [new("slope", ParameterRole.Gain, [inputs[0].Channels], new(Slope))];

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();
    }

    /// <summary>A weighted sum of a vector that says nothing but its shape and parameters.</summary>
    /// <param name="Channels">Outputs.</param>
    internal sealed record Mixer(int Channels) : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => new(Channels);

        public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
            [new("mix", ParameterRole.Weight, [Channels, inputs[0].Channels], InitialValue.Normal(0.5))];
    }

    /// <summary>A kind that nobody adds.</summary>
    internal sealed record Forgotten : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];
    }

    /// <summary>A kind that claims to hand channel by channel on and makes more of them.</summary>
    internal sealed record Liar : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => new(2 * inputs[0].Channels);

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();
    }

    /// <summary>A kind with a property of a name that files need.</summary>
    /// <param name="Kind">Any.</param>
    internal sealed record Kindly(string Kind) : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];
    }
}
