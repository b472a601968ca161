using SlimSharp.Models;
using SlimSharp.Networks;
using SlimSharp.Onnx;

namespace SlimSharp.Tests.Networks;

/// <summary>Layer kinds that know one token from another, as a program may add them.</summary>
internal static class TokenKinds
{
    internal static void Add()
    {
        Attention.Add();
        CustomLayers.Add<Positions>("test.positions", (_, run) => run.Input + run["bias"]);
        CustomLayers.Add<TokenSum>("test.tokenSum", (_, run) => run.Input.sum(1));
        CustomLayers.Add<Pixels>("test.pixels", (_, run) => run.Input.flatten(2).transpose(1, 2));
        CustomNodes.Add<Pixels>(
            (layer, node) =>
            {
                var flat = node.Add("Reshape", [node.Input, node.Constant("flat", 0, node.Makes.Channels, -1)]);
                return node.Add("Transpose", [flat], ("perm", new long[] { 0, 2, 1 }));
            }
        );
        CustomLayers.Add<Blend>("test.blend", (_, run) => run["mix"].matmul(run.Input));
    }

    /// <summary>A transformer of two blocks, of which what is behind each can tell one token from another.</summary>
    /// <param name="tokens">Its tokens.</param>
    internal static Network Transformer(int tokens)
    {
        Add();
        var b = new NetworkBuilder("transformer", Shape.Sequence(tokens, 5));
        string Block(string name, string x)
        {
            var normal = b.Node($"{name}.norm", new LayerNorm(), x);
            var (q, k) = (b.Linear($"{name}.queries", normal, 4), b.Linear($"{name}.keys", normal, 4));
            var v = b.Linear($"{name}.values", normal, 6);
            var made = b.Linear($"{name}.projection", b.Node($"{name}.attention", new Attention(2, 0.7), q, k, v), 8);
            return b.Add($"{name}.sum", x, made);
        }
        var x = b.Node("embedded", new Positions(), b.Linear("embedding", b.Input, 8));
        x = Block("second", b.Node("again", new Positions(), Block("first", x)));
        var hidden = b.Activation("hidden.silu", b.Linear("hidden", x, 7), ActivationFunction.Silu);
        var blended = b.GlobalAveragePool("blend.mean", b.Node("blend", new Blend(3), hidden));
        var (mean, sum) = (b.GlobalAveragePool("mean", hidden), b.Node("total", new TokenSum(), hidden));
        return b.Build(b.Linear("classifier", b.Concat("read", blended, mean, sum), 4));
    }

    /// <summary>Adds a trained number to each channel of each token.</summary>
    internal sealed record Positions : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0];

        public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
            [
                new("bias", ParameterRole.Shift, [inputs[0].Tokens, inputs[0].Channels], InitialValue.Zero, 1)
                {
                    TokenAxes = [new(0)],
                },
            ];

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

        public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) => new TokenFlow.Same();
    }

    /// <summary>An image as a sequence of its pixels.</summary>
    internal sealed record Pixels : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) =>
            Shape.Sequence(inputs[0].Height * inputs[0].Width, inputs[0].Channels);

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();
    }

    /// <summary>The sum of all tokens.</summary>
    internal sealed record TokenSum : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => new(inputs[0].Channels);

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

        public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
            new TokenFlow.Mixed([0], new(0, TokenMaskValue.Zero));
    }

    /// <summary>Tokens of its own, each a weighted sum of those that it reads, as in an MLP-Mixer.</summary>
    /// <param name="Count">How many tokens it makes.</param>
    internal sealed record Blend(int Count) : CustomLayer
    {
        public override Shape Output(IReadOnlyList<Shape> inputs) => inputs[0] with { Tokens = Count };

        public override IReadOnlyList<LayerParameter> Parameters(IReadOnlyList<Shape> inputs) =>
            [
                new("mix", ParameterRole.Weight, [Count, inputs[0].Tokens], InitialValue.One, OutputAxis: null)
                {
                    TokenAxes = [new(1)],
                },
            ];

        public override int Uses(IReadOnlyList<Shape> inputs) => inputs[0].Channels;

        public override ChannelFlow Flow(IReadOnlyList<Shape> inputs) => new ChannelFlow.Same();

        public override TokenFlow Tokens(IReadOnlyList<Shape> inputs) =>
            new TokenFlow.Mixed([0], new(0, TokenMaskValue.Zero));
    }
}
