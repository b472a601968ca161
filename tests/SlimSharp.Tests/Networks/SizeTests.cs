using System.Numerics;
using SlimSharp.Networks;

namespace SlimSharp.Tests.Networks;

/// <summary>
/// Sizes, parameters and operations are those of exact arithmetic, or the network is refused: nothing runs over in
/// silence.
/// </summary>
public class SizeTests
{
    private static readonly Gen<int> Any = Gen.OneOf(
        Gen.Int[0, 9],
        Gen.Int[1, 1 << 16],
        Gen.Const(int.MaxValue),
        Gen.Const(int.MaxValue - 1),
        Gen.Const(1 << 30)
    );

    [Fact]
    public void A_convolution_has_exact_sizes_or_is_refused() =>
        Gen.Select(Any.Array[3], Any.Array[11])
            .Sample(
                (s, c) =>
                {
                    var layer = new Convolution(c[0], new(c[1], c[2]))
                    {
                        Padding = new(c[3], c[4], c[5], c[6]),
                        Stride = new(c[7], c[8]),
                        Dilation = new(c[9], c[10]),
                    };
                    if (Network(new(s[0], s[1], s[2]), layer) is not { } network)
                        return;
                    BigInteger Count(int size, int kernel, int before, int after, int stride, int dilation) =>
                        ((BigInteger)size + before + after - ((BigInteger)dilation * (kernel - 1) + 1)) / stride + 1;
                    var height = Count(s[1], c[1], c[3], c[5], c[7], c[9]);
                    var width = Count(s[2], c[2], c[4], c[6], c[8], c[10]);
                    var shape = network.Shapes["y"];
                    Assert.Equal((c[0], height, width), (shape.Channels, shape.Height, shape.Width));
                    var weights = (BigInteger)c[0] * s[0] * c[1] * c[2];
                    var cost = NetworkCost.Of(network);
                    Assert.Equal((weights, weights * height * width), (cost.Parameters, cost.Macs));
                },
                iter: 20_000
            );

    [Fact]
    public void Concatenations_enlargements_flattenings_and_linear_layers_have_exact_sizes_or_are_refused() =>
        Gen.Select(Any.Array[3], Any, Any)
            .Sample(
                (s, a, b) =>
                {
                    var shape = new Shape(s[0], s[1], s[2]);
                    var count = (BigInteger)s[0] * s[1] * s[2];
                    if (Network(shape, new Concat(), "x", "x", "x") is { } three)
                        Assert.Equal(3 * (BigInteger)s[0], three.Shapes["y"].Channels);
                    if (Network(shape, new Upsample(new(a, b))) is { } larger)
                        Assert.Equal(
                            ((BigInteger)s[1] * a, (BigInteger)s[2] * b),
                            (larger.Shapes["y"].Height, larger.Shapes["y"].Width)
                        );
                    if (s[1] > 0 && Network(shape, new Flatten()) is { } flat)
                        Assert.Equal(count, flat.Shapes["y"].Channels);
                    if (Network(new(s[0]), new SlimSharp.Networks.Linear(a)) is { } linear)
                        Assert.Equal((BigInteger)s[0] * a, NetworkCost.Of(linear).Macs);
                },
                iter: 20_000
            );

    [Fact]
    public void Operations_of_all_layers_together_can_be_counted_or_the_network_is_refused()
    {
        List<Node> nodes = [new("x", new Input(new(1, 30_000, 30_000)), [])];
        for (var i = 0; i < 200; i++)
            nodes.Add(new($"y{i}", new MaxPool(30_001) { Stride = 1, Padding = 15_000 }, [nodes[^1].Name]));
        var e = Assert.Throws<NetworkException>(() => new Network("x", [.. nodes], [nodes[^1].Name]));
        Assert.Contains("larger than can be counted", e.Message, StringComparison.Ordinal);
    }

    private static Network? Network(Shape shape, Layer layer, params string[] inputs)
    {
        try
        {
            return new(
                "n",
                [new("x", new Input(shape), []), new("y", layer, inputs is [] ? ["x"] : [.. inputs])],
                ["y"]
            );
        }
        catch (NetworkException)
        {
            return null;
        }
    }
}
