using SlimSharp.Models;
using SlimSharp.Networks;
using TorchSharp;

namespace SlimSharp.Tests.Networks;

/// <summary>
/// Attention with queries, keys and values as inputs and no parameter of its own, as a program may add it:
/// softmax(scale·q·k + mask) in heads, times the values. A fourth input, if there is one, is added for each key.
/// </summary>
/// <param name="Heads">How many heads.</param>
/// <param name="Scale">What products are multiplied by; it stays when channels go.</param>
internal sealed record Attention(int Heads, double Scale) : CustomLayer
{
    /// <summary>Whether heads get narrower, in place of going whole.</summary>
    public bool ByPlace { get; init; }

    public override int MinInputs => 3;

    public override int MaxInputs => 4;

    /// <summary>Adds the kind; as often as tests ask.</summary>
    internal static void Add() => CustomLayers.Add<Attention>("test.attention", (layer, run) => layer.Run(run));

    public override Shape Output(IReadOnlyList<Shape> inputs) =>
        inputs.All(i => i.IsSequence) && inputs[1].Tokens == inputs[2].Tokens
            ? Shape.Sequence(inputs[0].Tokens, inputs[2].Channels)
            : throw new NetworkException("needs queries, and as many keys as values");

    public override long Macs(IReadOnlyList<Shape> inputs) =>
        (long)inputs[0].Tokens * inputs[1].Tokens * (inputs[1].Channels + inputs[2].Channels);

    public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) =>
        new ChannelFlow.Joins(Left: 0, Right: 1, Follows: 2, Heads) { ByPlace = ByPlace };

    public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
        new TokenFlow.Mixed(
            [.. Enumerable.Range(1, inputs.Count - 1)],
            new(Port: 3, TokenMaskValue.NegativeInfinity),
            Follows: 0
        );

    public override Layer Narrow(IReadOnlyList<Shape> shapes, IReadOnlyList<int[]> inputs, int[] output) =>
        ByPlace ? this : this with { Heads = output.Length / (shapes[2].Channels / Heads) };

    private torch.Tensor Run(LayerRun run)
    {
        torch.Tensor InHeads(int port) // N×T×C -> N×H×T×C/H
        {
            var x = run.Inputs[port];
            return x.view(x.shape[0], x.shape[1], Heads, x.shape[2] / Heads).transpose(1, 2);
        }
        var logits = InHeads(0).matmul(InHeads(1).transpose(2, 3)) * Scale; // N×H×queries×keys
        if (run.Inputs.Count > 3)
            logits += run.Inputs[3].transpose(1, 2).unsqueeze(1); // N×T×1 -> N×1×1×T
        return logits.softmax(3).matmul(InHeads(2)).transpose(1, 2).flatten(2);
    }
}
