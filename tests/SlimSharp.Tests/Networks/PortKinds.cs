using SlimSharp.Models;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Networks;

/// <summary>
/// Layer kinds of two inputs, and kinds that mix channels without weights, as a program may add them.
/// </summary>
internal static class PortKinds
{
    internal static void Add()
    {
        CustomLayers.Add<Pair>(
            "test.pair",
            (_, run) => run.Inputs[0].matmul(run["left"].t()) + run.Inputs[1].matmul(run["right"].t())
        );
        CustomLayers.Add<Total>(
            "test.total",
            (layer, run) => layer.Mean ? run.Input.mean([1], keepdim: true) : run.Input.sum(1, keepdim: true)
        );
    }

    /// <summary>left·a + right·b.</summary>
    /// <param name="Channels">Outputs.</param>
    internal sealed record Pair(int Channels) : CustomLayer
    {
        public override int MinInputs => 2;

        public override int MaxInputs => 2;

        public override Shape Output(IReadOnlyList<Shape> inputs) => new(Channels);

        public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
            [
                new("left", ParameterRole.Weight, [Channels, inputs[0].Channels], InitialValue.One, 0, 1),
                new(
                    "right",
                    ParameterRole.Weight,
                    [Channels, inputs[1].Channels],
                    InitialValue.One,
                    0,
                    1,
                    InputPort: 1
                ),
            ];

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Own();

        public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
            this with
            {
                Channels = output.Length,
            };
    }

    /// <summary>
    /// One channel from all, without weights: their sum, which a channel that goes leaves by as much as it had; or
    /// their mean, of which none may go.
    /// </summary>
    /// <param name="Mean">The mean.</param>
    internal sealed record Total(bool Mean) : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => new(1);

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Own();
    }
}
